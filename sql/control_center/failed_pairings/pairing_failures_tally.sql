create or replace trigger pairing_failures_tally
after insert or update or delete on data.pairing_failures
for each row execute function logic.tally_failure();
