create or replace trigger outbox_ring
after insert on data.outbox
for each statement execute function logic.ring_for_outbox();
