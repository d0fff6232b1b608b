"""What an alert says, made of its kind and facts."""

from collections.abc import Mapping

from core import errors
from core.contracts import Alert, AlertKind, Reason, Why
from dashboards.console.marking import plain
from dashboards.console.words import Names, _

Facts = Mapping[str, str | int | float]

# Why a source could not be read; the first time it is late for that.
UNREAD = {Why.DISCOVERY, Why.NONE_KEPT, Why.RESTING, Why.BROKE_OFF}
# What Airflow runs, the tasks of it that its name does not tell, and why one failed.
DAGS = {
    "crawl": _("Thu thập"),
    "analyse_and_index": _("Phân tích và lập chỉ mục"),
    "watch": _("Theo dõi và cảnh báo"),
    "weekly_report": _("Báo cáo tuần"),
    "maintenance": _("Bảo trì hằng ngày"),
    "retrain": _("Huấn luyện lại mô hình"),
}
TASKS = {
    "prune": _("xoá tin quá hạn lưu"),
    "compact": _("gộp tệp lưu trữ"),
    "reconcile": _("đối chiếu kết quả"),
    "train": _("huấn luyện"),
    "judge": _("đánh giá"),
    "promote": _("đưa vào sử dụng"),
}
# By class, or by that of its nearest base that is here: `core.errors`, Airflow's, and why it ended a run.
ERRORS = {
    "ArchiveUnavailable": _("không đọc hoặc ghi được kho lưu trữ"),
    "RecordsUnavailable": _("không dùng được cơ sở dữ liệu"),
    "RecordsUnusable": _("cơ sở dữ liệu sai địa chỉ, mật khẩu hoặc phiên bản"),
    "IndexUnavailable": _("không dùng được chỉ mục tìm kiếm"),
    "IndexUnusable": _("chỉ mục tìm kiếm sai phiên bản, cần lập lại"),
    "PartitionDamaged": _("tệp lưu trữ bị hỏng"),
    "PartitionGone": _("thiếu tệp lưu trữ"),
    "PartitionForeign": _("tệp lưu trữ sai phiên bản"),
    "PartitionsFailed": _("không phân tích hoặc lập chỉ mục được một số tệp"),
    "RegisterBroken": _("sổ quyết định không còn nguyên vẹn"),
    "BadQuery": _("câu tìm kiếm không đọc được"),
    "NotAllowed": _("không được phép"),
    "Conflict": _("có người khác vừa thay đổi"),
    "MissingPart": _("thiếu thành phần cần cài đặt"),
    "StageFailed": _("việc dừng giữa chừng, phần còn lại chờ lượt sau"),
    "Busy": _("một lượt chạy khác đang giữ dữ liệu"),
    "NotReconciled": _("kết quả không khớp, có phần bị bỏ sót"),
    "BadSettings": _("cấu hình có lỗi"),
    "BadUsage": _("yêu cầu không hợp lệ"),
    "BadInput": _("tệp dữ liệu có lỗi"),
    "BadModel": _("mô hình bị hỏng"),
    "ModelRefused": _("chưa thể đánh giá mô hình mới"),
    "AirflowTaskTimeout": _("chạy quá thời gian cho phép"),
    "unexpected": _("lỗi ngoài dự kiến"),
    "Killed": _("tiến trình bị dừng đột ngột"),
    "timed_out": _("lượt chạy quá thời gian cho phép, phần còn lại chờ lượt sau"),
    "all_tasks_deadlocked": _("lượt chạy không đi tiếp được"),
}
FORMS = {"article": _("bài báo"), "remark": _("bình luận và bài diễn đàn")}


def message(names: Names, alert: Alert) -> str:
    """Return what an alert says, made of its kind and facts."""
    say, facts = names.language.say, alert.facts
    if alert.kind is AlertKind.GRAVE:
        where = str(facts.get("provinces") or "")
        what = ", ".join(names.category(c) for c in str(facts.get("categories", "")).split(", ") if c)
        title = plain(str(facts.get("title") or "")) or say("(không có tiêu đề)")
        return " · ".join(part for part in (title, what, where) if part)
    if alert.kind is AlertKind.RISE:
        return say(
            "%(category)s: %(count)s tin trong 7 ngày, thường khoảng %(expected)s tin",
            category=names.category(str(facts.get("category", ""))),
            count=names.language.number(float(facts.get("count", 0))),
            expected=names.language.number(round(float(facts.get("expected", 0)), 1)),
        )
    if alert.kind is AlertKind.DRIFT:
        return _drift(names, facts)
    if alert.kind is AlertKind.TASK:
        return _task(names, facts)
    name = str(facts.get("name") or facts.get("source", ""))
    if alert.kind is AlertKind.SILENT:
        return say("%(name)s đã lâu không có tin mới, cần kiểm tra nguồn", name=name)
    if alert.kind is AlertKind.CHANGED:
        before, after = (float(facts.get(end, 0)) for end in ("before", "after"))
        what = names.changed(str(facts.get("measure")), before, after)
        return say("%(name)s có thể đã thay đổi cấu trúc trang. %(what)s", name=name, what=what)
    reason = _reason(facts)
    if alert.kind is AlertKind.FAILED:
        said = say("Thu thập từ %(name)s không thành công, cần kiểm tra nguồn", name=name)
    elif reason and reason.code in UNREAD:
        said = say("Lượt thu thập vừa qua từ %(name)s không thành công, lượt sau sẽ thử lại", name=name)
    else:
        said = say("%(name)s ít tin hơn mức thường, cần kiểm tra nguồn", name=name)
    return f"{said}. {names.why(reason)}" if reason else said


def _task(names: Names, facts: Facts) -> str:
    say, dag = names.language.say, str(facts.get("dag", ""))
    task = TASKS.get(str(facts.get("task", "")))
    source = str(facts.get("name") or facts.get("source", ""))
    what = [say(DAGS.get(dag, dag)), say(task) if task else "", source]
    why, then = say(ERRORS[_known(str(facts.get("error", "")))]), say("Báo người vận hành hệ thống")
    return f"{' · '.join(filter(None, what))}: {why}. {then}."


def _drift(names: Names, facts: Facts) -> str:
    form = str(facts.get("form", ""))

    def percent(name: str) -> str:
        return f"{names.language.number(round(100 * float(facts.get(name, 0)), 1))} %"

    return names.language.say(
        "Tuần %(week)s, %(form)s: %(flagged)s tin liên quan (dữ liệu huấn luyện %(flagged_before)s), "
        "%(unknown)s âm tiết lạ (trước %(unknown_before)s), chỉ số ổn định %(psi)s; "
        "nên gán nhãn thêm và huấn luyện lại mô hình",
        week=str(facts.get("week", "")),
        form=names.language.say(FORMS.get(form, form)),
        flagged=percent("flagged"),
        flagged_before=percent("flagged_expected"),
        unknown=percent("unknown"),
        unknown_before=percent("unknown_expected"),
        psi=names.language.number(round(float(facts.get("psi", 0)), 2)),
    )


def _known(error: str) -> str:
    kind = getattr(errors, error, None)
    names = [base.__name__ for base in kind.__mro__] if isinstance(kind, type) else [error]
    return next((name for name in names if name in ERRORS), "unexpected")


def _reason(facts: Facts) -> Reason | None:
    """Return the reason that the facts of an alert hold (see `core.contracts.Reason`)."""
    told = {n: v for n, v in facts.items() if n not in {"source", "name", "why"} and not isinstance(v, float)}
    return Reason(code=Why(str(facts["why"])), facts=told) if "why" in facts else None
