-- depends: 0022.edges
-- transactional: false
-- An event's request_id was the HTTP request, while everywhere else a request_id is a search. Each step is a
-- transaction of its own and may run again: the rename holds its lock for a moment, not while indexes are built.
-- squawk-ignore-file renaming-column, require-concurrent-index-creation
set role curhat_owner;

-- Until its file replaces it, the function that appends events must know the new name, from the same moment on.
-- An event's digest is of its values, so it stays valid.
do $$
declare
    v_function text;
begin
    if exists (
        select from pg_catalog.pg_attribute where attrelid = 'data.events'::regclass and attname = 'request_id'
    ) then
        for v_function in
            select pg_catalog.pg_get_functiondef(oid) from pg_catalog.pg_proc
            where pronamespace = 'logic'::regnamespace and proname = 'append_event'
        loop
            execute replace(v_function, 'login, request_id, body,', 'login, http_request_id, body,');
        end loop;
        alter table data.events rename column request_id to http_request_id;
        comment on column data.events.http_request_id is 'The HTTP request that caused it, as in the app''s logs.';
    end if;
end
$$;

-- Month by month: those that are over keep nobody waiting, and the parent's index takes in what they have.
do $$
declare
    v_partition text;
begin
    for v_partition in
        select c.relname from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'data.events'::regclass
    loop
        execute format(
            'create index if not exists %I on data.%I (http_request_id) where http_request_id is not null',
            v_partition || '_http_request_id_idx', v_partition
        );
        commit;
    end loop;
end
$$;
create index if not exists events_http_request_id on data.events (http_request_id) where http_request_id is not null;

reset role;
