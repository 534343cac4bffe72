//! Pages from documents, through templates.
