"""The database, SQLite or PostgreSQL: engine, unit of work, lock, upsert. Only this room tells them apart."""
