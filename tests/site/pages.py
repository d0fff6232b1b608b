"""Pages in the style of a Vietnamese newspaper, all texts invented, with media that must stay where it is."""

import json
from html import escape

SENTENCES = (
    "Đường dây nóng 111 cho biết số cuộc gọi xin tư vấn của phụ huynh tăng trong tuần qua.",
    "Cán bộ xã đã đến từng nhà, hướng dẫn các gia đình cách giữ an toàn cho trẻ trên mạng.",
    "Nhà trường mở thêm phòng tư vấn tâm lý, mỗi tuần hai buổi, học sinh có thể đến không cần hẹn.",
    "Hội phụ nữ phối hợp với đoàn thanh niên dạy bơi miễn phí cho trẻ em trong dịp nghỉ hè.",
    "Theo người phụ trách, nhiều gia đình chưa biết tìm đến đâu khi cần giúp đỡ.",
    "Sở đề nghị các địa phương báo cáo hằng tháng và công khai số điện thoại tiếp nhận thông tin.",
)
DRESS = (
    '<link rel="stylesheet" href="/css/style.css"><link rel="icon" href="/favicon.ico">'
    '<meta property="og:image" content="/anh/bia.jpg"><script src="/js/quang-cao.js"></script>'
)
PICTURES = (
    '<figure><img src="/anh/minh-hoa.jpg" srcset="/anh/minh-hoa-2x.webp 2x" alt="Ảnh minh họa"></figure>'
    '<video src="/video/ban-tin.mp4" poster="/anh/poster.png"></video><iframe src="/quang-cao.html"></iframe>'
)


def paragraphs(seed: int = 0, count: int = 8) -> str:
    """Return `count` invented paragraphs, others for another seed."""
    lines = (SENTENCES[(seed + i) % 6] + " " + SENTENCES[(seed + 2 * i + 1) % 6] for i in range(count))
    return "".join(f"<p>Phần {seed}.{i}: {text}</p>" for i, text in enumerate(lines))


def article(
    title: str,
    *,
    seed: int = 0,
    body: str | None = None,
    published: str = "2026-11-16T07:30:00+07:00",
    head: str = '<meta charset="utf-8">',
    linked: bool = True,
    extra: str = "",
) -> str:
    """Return an article's page with boilerplate, pictures and, if `linked`, JSON-LD."""
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": title,
        "datePublished": published,
    }
    script = json.dumps(data, ensure_ascii=False).replace("</", "<\\/")
    block = f'<script type="application/ld+json">{script}</script>' if linked else ""
    text = paragraphs(seed) if body is None else body
    return (
        f'<!doctype html><html lang="vi"><head>{head}<title>{escape(title)} - Báo Thử</title>'
        f'{DRESS}{block}</head><body><nav><a href="/">Trang chủ</a> <a href="/thoi-su">Thời sự</a></nav>'
        f'<article><h1>{escape(title)}</h1><time datetime="{published}"></time>'
        f"{PICTURES}{text}{extra}</article>"
        "<footer>© Báo Thử, trang dùng để kiểm thử</footer></body></html>"
    )


def listing(paths: tuple[str, ...]) -> str:
    """Return a section page that links to `paths` and to pictures and files."""
    links = "".join(f'<li><a href="{p}">Bài {i}</a></li>' for i, p in enumerate(paths))
    return (
        f'<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Báo Thử</title>{DRESS}</head>'
        f'<body><ul>{links}</ul><a href="/anh/to.jpg">Ảnh lớn</a> <a href="/tai-lieu/bao-cao.pdf">Báo cáo</a>'
        f'<a href="mailto:toa-soan@example.vn">Thư</a> <a href="javascript:void(0)">Xem thêm</a>'
        f"{PICTURES}</body></html>"
    )
