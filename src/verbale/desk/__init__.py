"""The frame of the web application: base page, log-in, desk, dossiers, drafts, partners, search, settings, help."""
