create or replace function api.get_chat_session(p_chat_session_id uuid, p_role text, p_person_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$ select logic.chat_row(logic.find_chat(p_chat_session_id, p_role, p_person_id), p_role) $$;
comment on function api.get_chat_session is 'A chat of one of its two people. Refuses chat_session_not_found.';
