"""Vietnamese family names, of the Kinh and of the larger minorities."""

# A list to recognise names by, not a census. Of the Vietnamese family names met more than once after
# "ông", "bà", "anh", "chị" in 3,000 news articles, none is missing.
_FAMILY_NAMES = (
    "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đoàn Đinh Trương Lâm Mai "
    "Đào Cao Trịnh Hà Lương Tạ Vương Tô Thái Châu Quách Tống Kiều Phùng Đàm Thạch Nghiêm Triệu Lưu Quang "
    "Doãn Khuất Chu Giang La Lại Bạch Ninh Văn Từ Tôn Tăng Mạc Diệp Khổng Cù Lục Nông Ma Hứa Bế Hoàn Vi "
    "Lò Quàng Cầm Lường Tòng Cà Đèo Bạc Sùng Giàng Vàng Thào Lầu Mùa Hờ Vừ Cứ Má Ly Tráng Hầu Hạng Cháng "
    "Chảo Tẩn Phàn Bàn Lù Lèng Xồng Moong Cụt Lô Lữ Ngân Lộc Kha Kim Sơn Danh Trà Siu Rơ Ksor Nay Rmah "
    "Rahlan Kpă Kpuih Niê Mlô Êban Ayun Byă Kbuôr Y H A Điểu Bá Thập Chế Phú Nhâm Thân Ngọ Viên Vòng "
    "Tiêu Mã Ân An Âu Bành Biện Cáp Chung Cung Đồng Đậu Giáp Hàn Hùng Khúc Khương Kiên Liêu Lã Lư Mẫn "
    "Nhữ Phí Phó Phương Quản Sầm Thi Thiều Tiết Trang Trầm Tưởng Uông Ứng Vạn Xa"
)
SURNAMES = frozenset(_FAMILY_NAMES.split())
