"""The ground: database, accounts, audit, description, metadata, law, jobs, fence, staging, web base."""
