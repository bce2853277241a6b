"""Sinch Engage (formerly MessengerPeople): see README.md."""
