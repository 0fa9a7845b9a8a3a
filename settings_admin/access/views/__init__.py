"""Thin doors: fetch and authorise, form, service, render."""
