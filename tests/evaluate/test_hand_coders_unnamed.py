"""Who coded by hand, and where their files lie, stays out of what is given to others."""

import csv
import json
import zipfile

import pandas as pd
import pytest

from argmine.errors import SettingsError
from argmine.evaluate.scoring import score
from argmine.import_codes import import_codes
from argmine.output.exchange.export import export
from argmine.output.exchange.formats import FORMATS

NAMES = ("quillon", "vexley", "wrenfield")
KEY = bytes(range(32))


@pytest.fixture(scope="module")
def corrected(parks, tmp_path_factory):
    """A run that two people coded, that was corrected, imported into and edited, with the folder of their sheets."""
    folder = tmp_path_factory.mktemp("wrenfield-desk")
    sheets = [folder / "Quillon Vexley.csv", folder / "wrenfield.csv"]
    for sheet in sheets:
        parks.sheet(sheet, 60, coder=sheet.stem)
        with sheet.open(newline="", encoding="utf-8-sig") as lines:
            rows = list(csv.reader(lines))
        top = next(place for place, row in enumerate(rows) if row[0] == "claim_id")
        for row in rows[top + 1 :]:
            row[-2] = "x"
        with sheet.open("w", newline="", encoding="utf-8") as lines:
            csv.writer(lines).writerows(rows)
    assert "Quillon Vexley" in score(parks, sheets).sample
    found = parks.correct(sheets)
    group = parks.clusters["cluster_id"].iloc[0]
    return found.rename(group, "Dogs at night", by="Quillon Vexley"), sheets


def text_of(path):
    """Return all text of a file, in lower case, that of the parts of an archive too."""
    if path.read_bytes().startswith(b"PAR1"):
        return pd.read_parquet(path).to_csv().casefold()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist()).casefold()
    return path.read_bytes().decode("utf-8", "replace").casefold()


def leaks(path, folder):
    content = text_of(path)
    return [secret for secret in (*NAMES, str(folder).casefold(), "/home/somebody") if secret in content]


def test_the_report_tells_how_many_coded_and_not_who(corrected, tmp_path):
    analysis, sheets = corrected
    folder = tmp_path / "run"
    analysis.report(folder)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != "run.json":
            assert [name for name in NAMES if name in text_of(path)] == [], path.name
    manifest = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    kept = json.dumps(manifest["corrections"]).casefold()
    assert manifest["corrections"]["n_coders"] == 2
    assert [secret for secret in (*NAMES, str(sheets[0].parent).casefold(), ".csv") if secret in kept] == []
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "2 people coded" in page
    assert "<dt>Edits by hand</dt><dd>1 group renamed." in page


@pytest.mark.parametrize("privacy", ["pseudonymous", "aggregate"])
@pytest.mark.parametrize("recoded", [False, True], ids=["corrected", "recoded"])
def test_no_export_names_a_coder_or_a_path(corrected, tmp_path, privacy, recoded):
    analysis, sheets = corrected
    if recoded:
        analysis, found = import_codes(analysis, sheets[0])
        assert {edit.by for edit in found.edits} == {"Quillon Vexley"}
    written = 0
    for name in FORMATS:
        try:
            done = export(analysis, name, tmp_path / name, privacy=privacy, key=KEY)
        except SettingsError as error:
            assert privacy == "aggregate", error
            continue
        for path in done.paths:
            assert leaks(path, sheets[0].parent) == [], path.name
            written += 1
    assert written == (12 if privacy == "pseudonymous" else 4)
