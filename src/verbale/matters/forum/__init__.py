"""Sessions of an organisation's body: agenda, statements, drafts and amendments, silence procedure, roll-call votes."""
