"""The search language as the console explains it: how to type, and what is wrong with what was typed."""

from core.errors import Unreadable
from dashboards.console.language import Language


def _(message: str) -> str:
    """Mark a message for the catalogue; it is translated where it is shown."""
    return message


# What may be typed, and what it finds. The examples too are in the reader's language (a test reads them all).
HELP = (
    (_("đuối nước"), _("tin có đủ các từ; gõ không dấu thì tìm mọi cách viết")),
    (_('"bạo hành"'), _("đúng cụm từ; bạo_hành cũng vậy")),
    (_("bắt*"), _("từ bắt đầu như thế, ít nhất hai chữ cái")),
    (_("-tai_nạn"), _("loại tin có từ này; đặt được trước bộ lọc và dấu ngoặc")),
    (_('bỏ_rơi OR "bỏ mặc"'), _("một trong hai; HOẶC cũng vậy, viết hoa")),
    (_("trẻ (đuối_nước OR bỏng)"), _("dấu ngoặc gộp những gì đi với nhau")),
    (_("tiêu_đề:trẻ"), _("từ chỉ tìm trong tiêu đề")),
    (_('tỉnh:"Hà Nội" nguy_cơ:tai_nạn'), _("bộ lọc: viết liền, giá trị có dấu cách thì trong ngoặc kép")),
    (_("mức>=2"), _("mức độ từ 0 đến 3; dùng được : < <= > >=")),
    (_("tuần:2026-W47"), _("một tuần; tháng:11/2026 là một tháng, ngày>=01/11/2026 là từ ngày đó")),
    (
        _("nguồn:tuoitre loại_tin:bài_báo trạng_thái:đã_xác_nhận"),
        _(
            "còn có dạng, sắc_thái, liên_quan, có_thể_nghiêm_trọng, đã_quyết, nhóm; "
            "gõ không dấu hoặc tiếng Anh cũng được"
        ),
    ),
)
PROBLEMS = {
    "no_words": _("Chưa có gì để tìm. Hãy gõ ít nhất một chữ cái hoặc chữ số."),
    "unknown_key": _(
        "Không có bộ lọc tên là “%(found)s”. Có thể dùng: %(expected)s. "
        "Nếu đây không phải là bộ lọc, hãy đặt trong ngoặc kép."
    ),
    "unknown_value": _("Bộ lọc “%(key)s” không có giá trị %(found)s. Có thể viết: %(expected)s."),
    "no_value": _("Bộ lọc “%(key)s” chưa có giá trị. Hãy viết giá trị liền ngay sau, không có dấu cách."),
    "no_order": _("Bộ lọc “%(key)s” không so sánh hơn kém được. Hãy dùng dấu hai chấm."),
    "unclosed": _("Dấu ngoặc này chưa được đóng. Hãy thêm dấu )."),
    "unopened": _("Trước dấu ngoặc này không có dấu (. Hãy bỏ đi hoặc đặt trong ngoặc kép."),
    "empty": _("Trong dấu ngoặc này chưa có gì."),
    "dangling": _("“%(found)s” không có gì để nối hay loại trừ. Nếu là từ cần tìm, hãy đặt trong ngoặc kép."),
    "too_deep": _("Có quá nhiều dấu ngoặc lồng vào nhau."),
}


def told(language: Language, error: Unreadable) -> str:
    """Return what is wrong with what was typed, and what to do."""
    return language.say(
        PROBLEMS[error.problem],
        found=error.text[error.start : error.end],
        key=error.key,
        expected=", ".join(error.expected),
    )
