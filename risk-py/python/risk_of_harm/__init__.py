"""What must happen next in a domestic abuse case in probation, and why.

>>> import risk_of_harm
>>> policy = risk_of_harm.Policy.embedded()
>>> log = risk_of_harm.CaseLog("3f6c9a52-8c1e-4c3b-9c58-2f4f6f1d2a11")
>>> risk_of_harm.assess(log, policy, at="2018-04-18", audience="responsible_officer").agenda
[]
"""

from ._assessment import Action, Assessment, Died, assess, compare, timeline
from ._case_log import Appended, CaseLog, Record, Stamp
from ._caseload import Caseload, assess_caseload, iter_caseload, table_schemas
from ._errors import (
    AudienceError,
    BudgetError,
    ConflictError,
    IntegrityError,
    NotFoundError,
    PolicyError,
    QuestionError,
    RecordError,
    RiskError,
    StoreError,
)
from ._hmpps import Hmpps, HmppsImport
from ._measures import Measures, measures
from ._policy import Policy
from ._records import RecordFile, record_schema, records_to_arrow
from ._risk import version as _version
from ._store import CaseFacts, Change, Erased, Imported, PersonErased, Store, Stored
from ._tables import Table
from ._time import Moment
from .words import (
    ActionKind,
    Audience,
    Group,
    GroupStatus,
    Handling,
    Kind,
    Lens,
    Level,
    Priority,
    Register,
    Status,
)

__version__ = _version()

__all__ = [
    "Action",
    "ActionKind",
    "Appended",
    "Assessment",
    "Audience",
    "AudienceError",
    "BudgetError",
    "CaseFacts",
    "CaseLog",
    "Caseload",
    "Change",
    "ConflictError",
    "Died",
    "Erased",
    "Group",
    "GroupStatus",
    "Handling",
    "Hmpps",
    "HmppsImport",
    "Imported",
    "IntegrityError",
    "Kind",
    "Lens",
    "Level",
    "Measures",
    "Moment",
    "NotFoundError",
    "PersonErased",
    "Policy",
    "PolicyError",
    "Priority",
    "QuestionError",
    "Record",
    "RecordError",
    "RecordFile",
    "Register",
    "RiskError",
    "Stamp",
    "Status",
    "Store",
    "StoreError",
    "Stored",
    "Table",
    "__version__",
    "assess",
    "assess_caseload",
    "compare",
    "iter_caseload",
    "measures",
    "record_schema",
    "records_to_arrow",
    "table_schemas",
    "timeline",
]
