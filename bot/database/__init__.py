"""Database: what outlives a process. One SQLite file, or one PostgreSQL server for several machines."""
