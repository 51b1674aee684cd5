"""A small shop whose rules have every kind of edge."""

SHOP = """
pack: shop
title: Corner shop
version: 1.0.0
valid_from: 2026-01-01
time_zone: Europe/Paris
currency: EUR
calendar: {holidays: FR, weekend: [saturday, sunday]}
actors: [buyer, seller]
context:
  seller: {away: boolean}
parameters:
  answer_time:
    value: 2 days
    question: Which days?
    readings: {working: 2 working days}
    assumed: for the test
processes:
  sale:
    facts:
      price: money
      share: {type: number, default: 0.5}
      sold_at: datetime
      pieces: integer
      colour: {choice: [red, blue]}
    states:
      open: {}
      done: {final: true}
    transitions:
      start: {from: new, to: open, by: buyer, optional: [price, sold_at, pieces, colour], assumed: test}
      end: {from: open, to: done, by: [buyer, seller], unless: open(question), assumed: test}
      note: {from: open, by: seller, optional: [price, pieces], notifies: [buyer], assumed: test}
    limits:
      window: {event: end, not_after: 1 day after sold_at, assumed: test}
      few_pieces: {event: note, when: known(pieces), value: pieces, at_least: 3, assumed: test}
  question:
    under: sale
    states:
      asked: {}
      late: {}
      answered: {final: true}
    transitions:
      ask: {from: new, to: asked, by: buyer, unless: seller.away, assumed: test}
      answer: {from: [asked, late], to: answered, by: seller, assumed: test}
      remind: {from: asked, by: buyer, assumed: test}
      expire: {from: asked, to: late, by: system, assumed: test}
    deadlines:
      reply:
        while: asked
        within: answer_time
        grace: 1 day
        owed_by: seller
        then: expire
        remind: [1 hour]
        assumed: test
    limits:
      once: {event: remind, times: 2, assumed: test}
  refund:
    under: sale
    facts: {amount: money}
    states:
      paid: {}
      gone: {final: true}
    transitions:
      pay: {from: new, to: paid, by: seller, requires: [amount], assumed: test}
      drop: {from: paid, to: gone, by: seller, assumed: test}
    limits:
      half: {event: pay, value: amount, at_most: sale.price * sale.share, assumed: test}
      all: {event: pay, total: refund.amount, per: parent, at_most: sale.price, assumed: test}
"""
