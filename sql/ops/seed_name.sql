create or replace function logic.seed_name(p_number integer)
returns text
language sql immutable security definer set search_path = ''
as $$
    select (array['Ayu', 'Bima', 'Citra', 'Dewi', 'Eka', 'Fajar', 'Gita', 'Hana', 'Indra', 'Jihan'])[1 + p_number % 10]
        || ' '
        || (array['Putri', 'Saputra', 'Lestari', 'Wijaya', 'Rahma', 'Pratama', 'Anggraini'])[1 + p_number / 10 % 7]
$$;
comment on function logic.seed_name is 'An invented Indonesian name.';
