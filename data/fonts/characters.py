"""Prints the characters that the chart fonts cover: GB2312, Latin, Greek, punctuation, maths signs."""

characters = set()
for high in range(0xA1, 0xF8):
    for low in range(0xA1, 0xFF):
        try:
            characters.add(bytes([high, low]).decode("gb2312"))
        except UnicodeDecodeError:
            pass
for first, last in [
    (0x20, 0x7E), (0xA0, 0x17F), (0x370, 0x3FF), (0x2010, 0x2027), (0x2030, 0x203E), (0x2070, 0x209F),
    (0x20A0, 0x20BF), (0x2150, 0x215F), (0x2190, 0x2199), (0x2200, 0x22FF), (0x25A0, 0x25FF),
    (0x3000, 0x303F), (0xFF00, 0xFFEF),
]:
    characters.update(map(chr, range(first, last + 1)))
print("".join(sorted(characters)), end="")
