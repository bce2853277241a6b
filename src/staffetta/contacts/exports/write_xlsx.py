"""Write an XLSX workbook as a stream: one sheet, every cell a text, so that no cell is a formula."""

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from io import RawIOBase
from itertools import chain
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS = {
    "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{RELATED}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{RELATED}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
    "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{RELATED}">'
    '<sheets><sheet name="1" sheetId="1" r:id="rId1"/></sheets></workbook>',
}
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
"""Signs XML cannot hold."""
ESCAPE_LIKE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""Where a text looks like a sign written as `_x0041_` (ST_Xstring, ECMA-376 part 1, 22.9.2.19)."""
PIECE = 65_536
CELL_LIMIT = 32_767


class _Pipe(RawIOBase):
    """What the archive writes to; what came since the last look is taken away."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # whatever the archive hands over is bytes
        self.parts.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        taken, self.parts = b"".join(self.parts), []
        return taken


def encoded(headings: Sequence[object], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """Yield the workbook piece by piece, ready for a streamed answer."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in PARTS.items():
            archive.writestr(name, text)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>'.encode())
            for row in chain([headings], rows):
                sheet.write(_row(row).encode())
                if sum(map(len, pipe.parts)) > PIECE:
                    yield pipe.take()
            sheet.write(b"</sheetData></worksheet>")
    yield pipe.take()


def _row(cells: Sequence[object]) -> str:
    drawn = "".join(f'<c t="inlineStr"><is><t xml:space="preserve">{_text(cell)}</t></is></c>' for cell in cells)
    return f"<row>{drawn}</row>"


def _text(cell: object) -> str:
    """Return a cell's text as XML; what would be read as an escape is escaped, and XML would lose a carriage return."""
    text = "" if cell is None else FORBIDDEN.sub("", str(cell))[:CELL_LIMIT]
    return escape(ESCAPE_LIKE.sub("_x005F_", text).replace("\r", "_x000D_"))
