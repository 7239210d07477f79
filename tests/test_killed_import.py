"""An import that is killed leaves all of the document or nothing; `make long` kills many more."""

from tests.bench.bench_kill import is_sound, kill_campaign
from tests.live import new_database, server_in_use


def test_an_import_killed_at_any_moment_leaves_all_or_nothing(db, tmp_path):
    with new_database(tmp_path, server_in_use()) as address:
        found = kill_campaign(tmp_path, address, kills=4)
        assert is_sound(address)
    assert found.total() == 4
