"""Transmission of a dossier to somebody who was no party to it, as far as the markings allow."""
