-- The legal edges of every state machine. A row begins in a state that is reached from null.
create or replace view logic.transitions (entity, from_status, to_status, meaning) as
values
    ('payment_session', null, 'pending', 'The customer chose some minutes.'),
    ('payment_session', 'pending', 'confirmed', 'The customer paid; a first chat is charged now.'),
    ('payment_session', 'pending', 'abandoned', 'The customer left, or chose anew.'),
    ('payment_session', 'pending', 'expired', 'The customer did not pay in time.'),
    ('payment_session', 'confirmed', 'consumed', 'It bought a chat or an extension; an extension is charged now.'),
    ('payment_session', 'confirmed', 'failed_pairing', 'It bought nothing; the failure is recorded.'),
    ('payment_session', 'failed_pairing', 'confirmed', 'The customer asked for another bestie instead.'),
    ('pairing_request', null, 'searching', 'The search began.'),
    ('pairing_request', 'searching', 'matched', 'A mitra accepted.'),
    ('pairing_request', 'searching', 'failed', 'Nobody accepted.'),
    ('pairing_request', 'searching', 'cancelled', 'The customer cancelled.'),
    ('pairing_offer', null, 'offered', 'The search was shown to a mitra.'),
    ('pairing_offer', 'offered', 'accepted', 'This mitra won.'),
    ('pairing_offer', 'offered', 'declined', 'The mitra said no.'),
    ('pairing_offer', 'offered', 'auto_rejected', 'The mitra did not answer in time.'),
    ('pairing_offer', 'offered', 'withdrawn', 'The mitra went, or the search was over.'),
    ('chat_session', null, 'active', 'The chat began.'),
    ('chat_session', 'active', 'ended', 'The chat ended; end_reason says why.'),
    ('extension', null, 'requested', 'The customer asked for more minutes.'),
    ('extension', 'requested', 'approved', 'The mitra agreed.'),
    ('extension', 'requested', 'auto_approved', 'The mitra did not answer but is there.'),
    ('extension', 'requested', 'rejected', 'The mitra said no.'),
    ('extension', 'requested', 'auto_rejected', 'The mitra did not answer and is gone, or the default says no.'),
    ('extension', 'requested', 'withdrawn', 'The chat ended, or the payment expired, before an answer.');
comment on view logic.transitions is 'Every legal edge of every state machine, with what it means.';
