"""Several people save at the same moment on the real server; `make long` does the same with many more."""

from tests.bench.bench_writers import double_submits, sqlite_file_is_sound, writers_campaign
from tests.live import new_database, served, server_in_use


def test_twenty_writers_lose_nothing_and_a_form_sent_eight_times_makes_one_visit(db, tmp_path):
    server = server_in_use()
    with new_database(tmp_path, server) as address, served(tmp_path, DATABASE_URL=address) as site:
        figures = writers_campaign(site, writers=20, visits=2, readers=1)
        made = double_submits(site, forms=2)
    assert (figures.errors, figures.whole, figures.partial) == (0, 40, 0), figures.statuses
    assert made == [1, 1]
    assert server or sqlite_file_is_sound(tmp_path / "fresh.sqlite3")
