"""Who of the control center may do what: asked of the database by every function that a screen calls."""

import pytest

from tests.sql.world import World, refuses

ROLES = ("viewer", "operator", "admin")


def operator(world: World, role: str) -> str:
    """A new person of the control center."""
    return str(
        world.value(
            "insert into data.cc_users (email, display_name, role, created_at) "
            "values (gen_random_uuid() || '@example.com', 'Ratna', %s, logic.now()) returning id",
            role,
        )
    )


def check(world: World, operator_id: str, role: str) -> object:
    return world.value("select (logic.check_operator(%s, %s)).id", operator_id, role)


@pytest.mark.parametrize("needed", ROLES)
@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_all_that_the_ones_before_it_may(world: World, role: str, needed: str) -> None:
    somebody = operator(world, role)
    if ROLES.index(role) >= ROLES.index(needed):
        assert str(check(world, somebody, needed)) == somebody
    else:
        with refuses(403, "role_not_sufficient"):
            check(world, somebody, needed)


def test_a_role_that_nobody_has_is_not_sufficient(world: World) -> None:
    with refuses(403, "role_not_sufficient"):
        check(world, operator(world, "admin"), "root")


def test_somebody_who_is_not_there_is_unknown(world: World) -> None:
    with refuses(401, "operator_unknown"):
        check(world, world.uuid(), "viewer")


def test_a_role_that_is_taken_away_is_gone_at_once(world: World) -> None:
    somebody = operator(world, "admin")
    world.owner.execute("update data.cc_users set role = 'viewer' where id = %s", [somebody])
    with refuses(403, "role_not_sufficient"):
        check(world, somebody, "operator")
