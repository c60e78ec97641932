"""Talks: invitation, time and place, agenda, delegations, agreed minutes, and commitments with their deadlines."""
