create or replace view logic.transfer_kinds (kind, debits, credits, meaning) as
values
    ('paid', 'clearing', 'prepaid', 'A customer paid pretended money for minutes.'),
    ('charged', 'clearing', 'credit', 'A customer paid at a provider: it is their credit, which pays for the minutes.'),
    ('spent', 'credit', 'prepaid', 'Credit paid for a first chat.'),
    ('held', 'credit', 'held', 'Credit is kept for an extension until the mitra answers.'),
    ('taken', 'held', 'prepaid', 'The extension was approved: the held credit is taken.'),
    ('released', 'held', 'credit', 'The extension came to nothing: the held credit is the customer''s again.'),
    ('tax', 'prepaid', 'tax', 'The chat is over: the tax in its price.'),
    ('share', 'prepaid', 'mitra_payable', 'The chat is over: the mitra''s share.'),
    ('revenue', 'prepaid', 'revenue', 'The chat is over: what is left is the house''s.'),
    ('credited', 'prepaid', 'credit', 'A payment failed, and an operator made it credit.'),
    ('kept', 'prepaid', 'revenue', 'A payment failed, and an operator decided that nothing is given back.'),
    ('refund', 'prepaid', 'refunds_in_transit', 'A payment failed, and an operator decided on a refund.'),
    ('refunded', 'refunds_in_transit', 'clearing', 'The refund has reached the customer.'),
    ('gift', 'loss', 'credit', 'An operator gave credit as goodwill.');
comment on view logic.transfer_kinds is 'Every kind of transfer, the kinds of account that it debits and credits, and what it means.';
