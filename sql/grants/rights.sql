-- Nobody has a right that is not granted here. No role has rights to tables.
revoke all on all tables in schema logic, control_center from public, curhat_app, curhat_listener, curhat_operator, curhat_staff_admin, curhat_control_center;
revoke all on all functions in schema logic, api, ops, control_center from public, curhat_app, curhat_listener, curhat_operator, curhat_staff_admin, curhat_control_center;
revoke all on all procedures in schema logic, api, ops, control_center from public, curhat_app, curhat_listener, curhat_operator, curhat_staff_admin, curhat_control_center;
revoke all on schema data, logic, api, ops, control_center from public, curhat_app, curhat_listener, curhat_operator, curhat_staff_admin, curhat_control_center;

grant usage on schema api to curhat_app, curhat_listener;
grant execute on all functions in schema api to curhat_app;

-- Only the listeners call these, and they call nothing else.
revoke execute on function
api.drain_events(integer, bigint), api.fire_due(integer), api.seconds_to_next_deadline(), api.watch_availability(),
api.take_provider_calls(integer), api.take_provider_reply(uuid, text, timestamptz, integer, text), api.seconds_to_next_call()
from curhat_app;
grant execute on function
api.drain_events(integer, bigint), api.fire_due(integer), api.seconds_to_next_deadline(), api.watch_availability(),
api.take_provider_calls(integer), api.take_provider_reply(uuid, text, timestamptz, integer, text), api.seconds_to_next_call()
to curhat_listener;

grant usage on schema ops to curhat_operator;
grant execute on all functions in schema ops to curhat_operator;

-- Whoever makes operators could act as any of them.
revoke execute on function
ops.set_operator(text, text, text, text, text), ops.change_operator(text, text, boolean, text),
ops.seed_demo_operators(text)
from curhat_operator;
grant usage on schema ops to curhat_staff_admin;
grant execute on function
ops.set_operator(text, text, text, text, text), ops.change_operator(text, text, boolean, text),
ops.seed_demo_operators(text)
to curhat_staff_admin;

grant usage on schema control_center to curhat_control_center;
grant select on all tables in schema control_center to curhat_control_center;
grant execute on all functions in schema control_center to curhat_control_center;

-- Views call these as their reader. Readers cannot call them in another way: they may not use the schema.
grant execute on function
logic.now(), logic.presence_of(data.mitras), logic.active_chats(uuid), logic.setting_integer(text),
logic.mitra_figures_of(uuid, date), logic.offers_json(uuid, integer)
to curhat_control_center;
