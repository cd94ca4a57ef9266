"""Who owns a path: templates, routes, and the one matcher over both route tables.

Pure: nothing here does I/O or imports a web framework. Werkzeug's URL map is used
as a library, because its rules *are* the semantics that legacy clients rely on.
"""
