create or replace function logic.growing_pause(p_first interval, p_times integer, p_longest interval)
returns interval
language sql immutable security invoker
as $$ select least(p_first * (2 ^ least(p_times - 1, 20)), p_longest) $$;
comment on function logic.growing_pause is 'A pause that doubles each time, up to the longest.';
