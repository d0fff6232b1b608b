"""What the codes of contracts and taxonomy are called in the interface."""

from core.contracts import AlertKind, PageType, Reason, SourceState, State, What, Why
from core.makeup import Measure
from core.outcomes import Result, Stage
from core.records.people import Role
from core.taxonomy import taxonomy
from dashboards.console.language import Language
from dashboards.console.marking import plain


def _(message: str) -> str:
    """Mark a message for the catalogue; it is translated where it is shown."""
    return message


STATES = {
    State.OPEN: _("Chưa xử lý"),
    State.CONFIRMED: _("Đã xác nhận"),
    State.ESCALATED: _("Đã báo cáo lãnh đạo"),
    State.REFERRED: _("Đã chuyển cơ quan chức năng"),
    State.DISMISSED: _("Đã loại"),
}
# What the button says, and what the audit trail says afterwards.
ACTS = {
    What.CONFIRM: _("Xác nhận"),
    What.DISMISS: _("Loại bỏ"),
    What.ESCALATE: _("Báo cáo lãnh đạo"),
    What.REFER: _("Chuyển cơ quan chức năng"),
    What.REOPEN: _("Mở lại"),
    What.RELABEL: _("Sửa nhãn"),
    What.NOTE: _("Ghi chú"),
}
DONE = {
    What.CONFIRM: _("Đã xác nhận"),
    What.DISMISS: _("Đã loại"),
    What.ESCALATE: _("Đã báo cáo lãnh đạo"),
    What.REFER: _("Đã chuyển cơ quan chức năng"),
    What.REOPEN: _("Đã mở lại"),
    What.RELABEL: _("Đã sửa nhãn"),
    What.NOTE: _("Đã ghi chú"),
}
TYPES = {
    PageType.ARTICLE: _("Bài báo"),
    PageType.COMMENT: _("Bình luận"),
    PageType.POST: _("Bài diễn đàn"),
    PageType.REPORT: _("Tin báo"),
}
ROLES = {
    Role.ANALYST: _("Cán bộ phân tích"),
    Role.LEAD: _("Phụ trách"),
    Role.POLICY: _("Cán bộ chính sách"),
    Role.OPERATOR: _("Cán bộ vận hành"),
}
HEALTH = {
    SourceState.NEW: _("Chưa chạy"),
    SourceState.OK: _("Bình thường"),
    SourceState.UNCHANGED: _("Không có gì mới"),
    SourceState.EMPTY: _("Không có trang tin"),
    SourceState.LATE: _("Ít tin bất thường"),
    SourceState.FAILED: _("Lỗi, không đọc được"),
    SourceState.DISABLED: _("Đang tắt"),
}
STAGES = {
    Stage.CRAWL: _("Thu thập"),
    Stage.INTAKE: _("Tiếp nhận"),
    Stage.ANALYSE: _("Phân tích"),
    Stage.INDEX: _("Lập chỉ mục"),
}
RESULTS = {
    Result.ARCHIVED: _("Đã lưu trữ"),
    Result.ANALYSED: _("Đã phân tích"),
    Result.INDEXED: _("Đã lập chỉ mục"),
    Result.UNCHANGED: _("Không đổi"),
    Result.DUPLICATE: _("Trùng lặp"),
    Result.DROPPED: _("Bỏ qua"),
    Result.QUARANTINED: _("Cách ly"),
}
RUNS = {
    "running": _("Đang chạy"),
    "done": _("Xong"),
    "failed": _("Lỗi"),
    "interrupted": _("Bị ngắt"),
}
ALERTS = {
    AlertKind.GRAVE: _("Tin nghiêm trọng mới"),
    AlertKind.RISE: _("Tăng bất thường"),
    AlertKind.SILENT: _("Nguồn không có tin mới"),
    AlertKind.FAILED: _("Nguồn bị lỗi"),
    AlertKind.LATE: _("Nguồn ít tin bất thường"),
    AlertKind.CHANGED: _("Trang nguồn thay đổi cấu trúc"),
    AlertKind.DRIFT: _("Tin khác với dữ liệu huấn luyện"),
    AlertKind.TASK: _("Việc định kỳ không thành công"),
}
# Why a source is in its state: one sentence each, filled in with the facts of the reason.
WHY = {
    Why.NO_PAGE: _("Không tìm thấy trang tin nào"),
    Why.DISCOVERY: _("Không đọc được %(url)s: %(reason)s"),
    Why.NONE_KEPT: _("Không lấy được trang nào trong %(count)s trang, chủ yếu do %(reason)s"),
    Why.RESTING: _("%(count)s trang không lấy được ở lần thử gần nhất, chờ thử lại"),
    Why.BELOW_MINIMUM: _("Chỉ có %(got)s trang, yêu cầu ít nhất %(minimum)s trang"),
    Why.FEWER: _("%(hours)s giờ qua có %(got)s tin mới, thường khoảng %(usual)s tin, ít nhất %(low)s tin"),
    Why.PASSED_OVER: _("Còn %(count)s trang để lại lượt sau"),
    Why.BUDGET: _("Đã dùng hết hạn mức thu thập của nguồn, lượt sau sẽ tiếp tục"),
    Why.HOST_WAITS: _("Máy chủ của nguồn yêu cầu chờ, sẽ thử lại sau"),
    Why.BROKE_OFF: _("Lượt thu thập bị ngắt do lỗi chương trình, xem nhật ký"),
}
# What became worse in the make-up of a source's pages.
MEASURES = {
    Measure.LINKED: _("Trang có dữ liệu mô tả bài viết (JSON-LD)"),
    Measure.BARE: _("Trang không có dữ liệu mô tả nào"),
    Measure.BLANK: _("Trang không tách được nội dung"),
    Measure.TITLE: _("Độ dài tiêu đề (ký tự)"),
    Measure.DATED: _("Trang có ngày đăng"),
    Measure.TEXT: _("Độ dài nội dung (ký tự)"),
    Measure.REPEATED: _("Đoạn văn lặp lại giữa các trang"),
    Measure.COMMENTS: _("Bài có bình luận mới, so với số trang mới"),
}
# Why an item was left out or set aside: the codes of the crawler and the pipeline.
REASONS = {
    "robots": _("robots.txt không cho phép"),
    "robots_failed": _("không đọc được robots.txt"),
    "empty": _("trang trống"),
    "no_text": _("trang không có nội dung chữ"),
    "image": _("là hình ảnh"),
    "video": _("là video"),
    "audio": _("là âm thanh"),
    "pdf": _("là tệp PDF"),
    "binary": _("không phải nội dung chữ"),
    "type": _("không phải nội dung chữ"),
    "too_large": _("trang quá lớn"),
    "truncated": _("tải về không trọn vẹn"),
    "broken": _("kết nối hoặc dữ liệu bị hỏng"),
    "timeout": _("quá thời gian chờ"),
    "unreachable": _("không kết nối được máy chủ"),
    "tls": _("chứng thư bảo mật không hợp lệ"),
    "address": _("địa chỉ không hợp lệ"),
    "private_address": _("địa chỉ mạng nội bộ"),
    "offsite": _("chuyển hướng sang trang khác"),
    "redirect": _("chuyển hướng không hợp lệ"),
    "redirect_loop": _("chuyển hướng vòng lặp"),
    "feed_failed": _("không đọc được nguồn cấp RSS"),
    "sitemap_failed": _("không đọc được sơ đồ trang"),
    "section_failed": _("không đọc được trang chuyên mục"),
    "extraction_failed": _("không tách được nội dung"),
    "analysis_failed": _("phân tích không thành công"),
    "partition_damaged": _("tệp lưu trữ bị hỏng"),
    "source_file": _("tệp khai báo nguồn có lỗi"),
    "crawl_failed": _("thu thập không thành công"),
    "erased": _("đã xoá theo yêu cầu"),
    "row": _("dòng không đọc được"),
    "not_text": _("ô không phải nội dung chữ"),
    "encoding": _("sai bảng mã chữ"),
    "date": _("ngày không hợp lệ"),
    "unknown_type": _("loại tin không rõ"),
    "repeated": _("trùng mã với dòng khác"),
    "intake_failed": _("tiếp nhận không thành công"),
}
REASONS_TO_DISMISS = (
    _("Không liên quan đến trẻ em"),
    _("Không phải nguy cơ hoặc vụ việc"),
    _("Tin cũ đã xử lý"),
    _("Quảng cáo, nội dung rác"),
)


class Names:
    """Names in one language, by code. An unknown code is shown as it is."""

    def __init__(self, language: Language) -> None:
        """Name things in `language`."""
        self.language = language

    def category(self, code: str) -> str:
        """Return a category's name."""
        known = {c.code: c.vi for c in taxonomy().categories}
        return self.language.say(known.get(code, code))

    def severity(self, level: int) -> str:
        """Return a severity's name."""
        return self.language.say(taxonomy().severity[level].vi)

    def kind(self, code: str) -> str:
        """Return the name of a kind: event, issue, response."""
        known = {str(k): t.vi for k, t in taxonomy().kind.items()}
        return self.language.say(known.get(code, "–"))

    def tone(self, code: str) -> str:
        """Return a tone's name."""
        known = {str(k): t.vi for k, t in taxonomy().sentiment.items()}
        return self.language.say(known.get(code, code))

    def state(self, code: str) -> str:
        """Return a triage state's name."""
        return self.language.say(STATES[State(code)])

    def act(self, code: str) -> str:
        """Return what the button of an act says."""
        return self.language.say(ACTS[What(code)])

    def done(self, code: str) -> str:
        """Return what the audit trail says of an act."""
        return self.language.say(DONE[What(code)])

    def type(self, code: str) -> str:
        """Return what a type of page is called."""
        return self.language.say(TYPES[PageType(code)])

    def role(self, code: str) -> str:
        """Return what a role is called."""
        return self.language.say(ROLES[Role(code)])

    def health(self, code: str) -> str:
        """Return what a source's state is called."""
        return self.language.say(HEALTH[SourceState(code)])

    def why(self, reason: Reason) -> str:
        """Return the sentence that says why a source is in its state."""
        facts = {name: self._fact(name, value) for name, value in reason.facts.items()}
        said = self.language.say(WHY[reason.code], **facts)
        more = reason.facts.get("more", 0)
        if not more:
            return said
        return self.language.say("%(said)s (và %(n)s địa chỉ khác)", said=said, n=self._fact("", more))

    def _fact(self, name: str, value: str | int) -> str:
        if name == "reason":
            return self.reason(str(value))
        return self.language.number(value) if isinstance(value, int) else plain(value)

    def changed(self, measure: str, before: float, after: float) -> str:
        """Return the sentence that says what became worse in the make-up of a source's pages."""
        length = measure in {Measure.TITLE, Measure.TEXT}
        values = (before, after) if length else (100 * before, 100 * after)
        was, now = (f"{self.language.number(round(value))}{'' if length else ' %'}" for value in values)
        return self.language.say(
            "%(what)s: trước %(before)s, nay %(after)s",
            what=self.language.say(MEASURES[Measure(measure)]),
            before=was,
            after=now,
        )

    def stage(self, code: str) -> str:
        """Return what a stage is called."""
        return self.language.say(STAGES[Stage(code)])

    def result(self, code: str) -> str:
        """Return what a result is called."""
        return self.language.say(RESULTS[Result(code)])

    def reason(self, code: str) -> str:
        """Return why an item was left out or set aside."""
        if code.startswith("http_"):
            return self.language.say("máy chủ trả lời mã %(status)s", status=code.removeprefix("http_"))
        return self.language.say(REASONS.get(code, code))

    def run(self, code: str) -> str:
        """Return what the status of a run is called."""
        return self.language.say(RUNS.get(code, code))

    def alert(self, code: str) -> str:
        """Return what a kind of alert is called."""
        return self.language.say(ALERTS[AlertKind(code)])

    def certainty(self, probability: float) -> str:
        """Return a probability in words. The bands are those of the queue's order (0.9, 0.7)."""
        if probability >= 0.9:
            return self.language.say("rất chắc chắn")
        if probability >= 0.7:
            return self.language.say("khá chắc chắn")
        return self.language.say("chưa chắc chắn")
