"""Every table of the house: importing this makes the metadata complete."""

from archive.accounts import models as accounts
from archive.audit import models as audit
from archive.database import series
from archive.description import models as description
from archive.jobs import models as jobs
from archive.organizations import models as organizations
from archive.outbox import models as outbox
from ingest.rulebook import models as rulebook
from ingest.sealing import models as sealing
from ingest.transfers import models as transfers
from preservation.packages import models as packages
from retention.due import models as due
from retention.schedules import models as schedules
from search.index import models as index
from search.text import models as text

SUBJECTS = (
    accounts,
    audit,
    series,
    description,
    jobs,
    organizations,
    outbox,
    rulebook,
    sealing,
    transfers,
    packages,
    due,
    schedules,
    index,
    text,
)
