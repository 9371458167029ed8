"""The watched folder: whatever is dropped there is taken once, wherever a pass ends."""

import os
import time
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from inventory.models import Location, Stock, StockBatch, StockMovement
from inventory.services import folder as folder_module
from inventory.services.folder import FolderPass, stock_folder_pass
from inventory.status import BatchKind, BatchStatus
from oms.core.audit import audit_trail
from oms.core.jobs import jobs_run
from tests.inventory.factories import make_location, make_sku, put

pytestmark = pytest.mark.django_db
FIRST = "full-000123-20261122T093000Z.csv"
MOMENT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
LONG_AGO = 60.0


@pytest.fixture
def store() -> Location:
    store = make_location("S1")
    put(make_sku("A"), store, 5)
    return store


@pytest.fixture(autouse=True)
def on_that_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inventory.services.batches.now", lambda: MOMENT.replace(hour=10))


@pytest.fixture
def inbox(store: Location, tmp_path: Path) -> Path:
    inbox = tmp_path / "S1"
    inbox.mkdir()
    return inbox


def drop(inbox: Path, name: str, body: str = "sku,quantity\nA,6\n", age: float = LONG_AGO) -> Path:
    file = inbox / name
    file.write_text(body)
    os.utime(file, (time.time() - age,) * 2)
    return file


def go(inbox: Path) -> FolderPass:
    return stock_folder_pass(inbox.parent)


def files(inbox: Path) -> set[str]:
    return {str(path.relative_to(inbox)) for path in inbox.rglob("*") if not path.is_dir()}


def errors_of(inbox: Path, name: str) -> list[str]:
    return (inbox / "refused" / f"{name}.errors.csv").read_text().splitlines()[1:]


def on_hand() -> int:
    return Stock.objects.get().on_hand


def test_a_file_is_received_then_put_away(inbox: Path) -> None:
    drop(inbox, FIRST)
    assert go(inbox) == FolderPass(received=1)
    batch = StockBatch.objects.get()
    assert (batch.batch_id, batch.kind, batch.sequence, batch.as_of, batch.created_by) == (
        FIRST,
        BatchKind.FULL,
        123,
        MOMENT,
        "stock folder",
    )
    assert go(inbox) == FolderPass(waiting=1)
    jobs_run()
    assert go(inbox) == FolderPass(done=1)
    assert files(inbox) == {f"done/{FIRST}"}
    assert go(inbox) == FolderPass()


def test_wrong_rows_lie_beside_the_refused_file(inbox: Path) -> None:
    drop(inbox, FIRST, "sku,quantity\nA,six\n=NOPE,1\n")
    go(inbox)
    jobs_run()
    assert go(inbox) == FolderPass(refused=1)
    assert errors_of(inbox, FIRST) == ["2,quantity,bad_number,six", "3,sku,unknown_sku,'=NOPE"]
    assert on_hand() == 5


class TestEnds:
    """A pass that ends anywhere neither loses a batch nor applies it twice."""

    def drop_delta(self, inbox: Path) -> str:
        name = FIRST.replace("full", "delta")
        drop(inbox, name, "sku,quantity\nA,+1\n")
        return name

    @pytest.mark.parametrize("step", ["_move", "_put_away"])
    def test_between_receiving_and_moving(
        self, inbox: Path, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        def dies(*_args: Any) -> None:
            raise SystemExit

        name = self.drop_delta(inbox)
        go(inbox)
        jobs_run()
        with monkeypatch.context() as patch:
            patch.setattr(folder_module._Folder, step, dies)
            with pytest.raises(SystemExit):
                go(inbox)
        assert files(inbox) == {name}
        assert go(inbox) == FolderPass(done=1)
        jobs_run()
        assert (files(inbox), on_hand()) == ({f"done/{name}"}, 6)

    def test_between_the_errors_and_the_move(
        self, inbox: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def dies(*_args: Any, **_more: Any) -> None:
            raise SystemExit

        drop(inbox, "count.csv")
        with monkeypatch.context() as patch:
            patch.setattr(os, "rename", dies)
            with pytest.raises(SystemExit):
                go(inbox)
        assert go(inbox) == FolderPass(refused=1)
        assert files(inbox) == {"refused/count.csv", "refused/count.csv.errors.csv"}

    def test_the_same_file_again_changes_nothing(self, inbox: Path) -> None:
        name = self.drop_delta(inbox)
        for _ in range(2):
            go(inbox)
            jobs_run()
            go(inbox)
            self.drop_delta(inbox)
        go(inbox)
        assert on_hand() == 6
        assert StockMovement.objects.filter(kind="adjusted").count() == 1
        assert all(file.endswith(name) and file.startswith("done/") for file in files(inbox))

    def test_another_file_of_the_same_name_is_refused(self, inbox: Path) -> None:
        drop(inbox, FIRST)
        go(inbox)
        jobs_run()
        go(inbox)
        drop(inbox, FIRST, "sku,quantity\nA,1\n")
        assert go(inbox) == FolderPass(refused=1)
        assert errors_of(inbox, FIRST)[0].startswith(",file,batch_reused,")


class TestHalfWritten:
    def test_a_file_that_changed_just_now_waits(self, inbox: Path) -> None:
        drop(inbox, FIRST, age=1)
        assert go(inbox) == FolderPass(waiting=1)
        assert not StockBatch.objects.exists()

    def test_those_after_it_wait_with_it(self, inbox: Path) -> None:
        later = "full-000124-20261122T093100Z.csv"
        drop(inbox, FIRST, age=1)
        drop(inbox, later)
        assert go(inbox) == FolderPass(waiting=1)
        drop(inbox, FIRST)
        assert go(inbox) == FolderPass(received=2)

    @pytest.mark.parametrize("name", [f"{FIRST}.tmp", f"{FIRST}.part", f".{FIRST}", "readme.txt"])
    def test_a_name_to_be_renamed_is_left_alone(self, inbox: Path, name: str) -> None:
        drop(inbox, name)
        assert go(inbox) == FolderPass()
        assert files(inbox) == {name}

    def test_a_file_that_changes_while_it_is_read_waits(
        self, inbox: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = drop(inbox, FIRST)
        read = os.read

        def meets_a_writer(descriptor: int, size: int) -> bytes:
            data = read(descriptor, size)
            if not data:
                with file.open("a") as more:
                    more.write("A,7\n")
            return data

        monkeypatch.setattr(folder_module.os, "read", meets_a_writer)
        assert go(inbox) == FolderPass(waiting=1)
        assert not StockBatch.objects.exists()


class TestRefusals:
    @pytest.mark.parametrize(
        "name",
        [
            "count.csv",
            "whole-000123-20261122T093000Z.csv",
            "full-000123-20261122T093000.csv",
            "full-000123-20261322T093000Z.csv",
            "full--1-20261122T093000Z.csv",
        ],
    )
    def test_a_name_that_says_nothing(self, inbox: Path, name: str) -> None:
        drop(inbox, name)
        assert go(inbox) == FolderPass(refused=1)
        assert "full-000123-20261122T093000Z.csv" in errors_of(inbox, name)[0]
        assert audit_trail(Location.objects.get()).get(action="stock.file_refused").data == {
            "file": name,
            "code": "invalid_input",
        }

    def test_an_older_sequence(self, inbox: Path) -> None:
        drop(inbox, FIRST)
        go(inbox)
        drop(inbox, "partial-000100-20261122T093500Z.csv")
        assert go(inbox) == FolderPass(waiting=1, refused=1)
        assert ",stale_batch," in errors_of(inbox, "partial-000100-20261122T093500Z.csv")[0]

    def test_a_folder_that_is_no_location(self, inbox: Path) -> None:
        nowhere = inbox.with_name("NOWHERE")
        nowhere.mkdir()
        drop(nowhere, FIRST)
        assert go(inbox) == FolderPass(refused=1)
        assert ",unknown_location," in errors_of(nowhere, FIRST)[0]

    def test_a_link_is_never_followed(self, inbox: Path, tmp_path: Path) -> None:
        secret = tmp_path / "secret.csv"
        drop(tmp_path, "secret.csv")
        (inbox / FIRST).symlink_to(secret)
        os.mkfifo(inbox / FIRST.replace("123", "124"))
        assert go(inbox) == FolderPass(refused=2)
        assert secret.exists()
        assert not StockBatch.objects.exists()

    def test_a_linked_folder_is_no_folder(self, inbox: Path, tmp_path: Path) -> None:
        elsewhere = tmp_path / "elsewhere" / "S2"
        elsewhere.mkdir(parents=True)
        make_location("S2")
        drop(elsewhere, FIRST)
        (tmp_path / "S2").symlink_to(elsewhere)
        assert go(inbox) == FolderPass()
        assert files(elsewhere) == {FIRST}

    def test_nothing_is_moved_through_a_linked_folder(self, inbox: Path, tmp_path: Path) -> None:
        outside = tmp_path.parent / f"{tmp_path.name}-outside"
        outside.mkdir()
        (inbox / "refused").symlink_to(outside)
        drop(inbox, "count.csv")
        other = inbox.with_name("S2")
        other.mkdir()
        make_location("S2")
        drop(other, FIRST)
        # The others go on.
        assert go(inbox) == FolderPass(received=1)
        assert not list(outside.iterdir())


def test_the_command_makes_one_pass(inbox: Path, settings: Any) -> None:
    drop(inbox, FIRST)
    out = StringIO()
    settings.STOCK_FOLDER = str(inbox.parent)
    call_command("stock_folder", stdout=out)
    assert out.getvalue() == "1 received, 0 waiting, 0 done, 0 refused\n"
    assert StockBatch.objects.get().status == BatchStatus.RECEIVED
    settings.STOCK_FOLDER = ""
    with pytest.raises(CommandError, match="not set"):
        call_command("stock_folder")
