"""Files: photographs, proofs, certificates, printed letters."""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request, UploadFile
from fastapi import File as Uploaded
from fastapi.responses import Response
from sqlmodel import col, select
from starlette.concurrency import run_in_threadpool

from activities.files import FileError
from api.acts import filing
from api.acts.accounts import log_view, viewed
from api.acts.act import Ask
from api.acts.rules import case_seen
from api.problems import Invalid, NotFound
from api.rest.asking import IdempotencyKey, answer, asked
from api.rest.bodies import Limit
from api.rest.documented import READ, WRITE
from api.security.signin import SignedIn
from api.services import Office
from api.views.books import FileView, file_view
from api.views.shown import Page
from definitions.language.sentences import say
from store.tables.papers import File

router = APIRouter(prefix="/api/files", tags=["files"])

ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "application/pdf": ".pdf", "text/plain": ".txt"}

FileId = Annotated[str, Path(max_length=120, examples=["f-0123456789abcdef"])]
Word = Annotated[str | None, Query(max_length=120)]
Part = Annotated[str | None, Form(max_length=120)]


@router.get("", operation_id="list_files", response_model=Page[FileView], responses=READ)
def list_files(
    office: Office,
    person: SignedIn,
    case: Annotated[Word, Query(description="Those of a case.")] = None,
    account: Annotated[Word, Query(description="Those of an account.")] = None,
    limit: Limit = 50,
) -> Page[FileView]:
    """Lists the files of a case or of an account, the newest first."""
    if (case is None) == (account is None):
        raise Invalid(say("Files are listed of one thing."), fields={"case": say("give either a case or an account")})
    with office.store.reading() as session:
        query = select(File).order_by(col(File.uploaded_at).desc(), col(File.id)).limit(limit)
        if case is not None:
            case_seen(session, person, case)
            query = query.where(File.case_id == case)
        else:
            viewed(session, person, account or "")
            query = query.where(File.account_id == account)
        if not person.may("see-medical"):
            query = query.where(col(File.medical).is_(False))
        rows = session.exec(query).all()
    return Page(items=[file_view(row, zone=office.zone) for row in rows])


@router.post("", operation_id="upload_file", status_code=201, response_model=FileView, responses=WRITE)
async def upload_file(
    request: Request,
    office: Office,
    person: SignedIn,
    key: IdempotencyKey,
    file: Annotated[UploadFile, Uploaded(description="JPEG, PNG, PDF or plain text, up to 20 MB.")],
    kind: Annotated[
        str, Form(max_length=20, description="photo, proof, certificate, document or signature.")
    ] = "photo",
    task: Part = None,
    case: Part = None,
    account: Part = None,
    item: Part = None,
) -> Response:
    """Keeps a file with a task, a case, an account or an item of the inbox."""
    content = await file.read(filing.LARGEST + 1)
    said = "\n".join((hashlib.sha256(content).hexdigest(), kind, str(task), str(case), str(account), str(item)))
    ask: Ask = asked(request, person, office, key, said.encode())
    sent = filing.Upload(
        content=content,
        name=file.filename or "",
        content_type=(file.content_type or "").partition(";")[0].strip().lower(),
        kind=kind,
        task=task,
        case=case,
        account=account,
        item=item,
    )
    return answer(await run_in_threadpool(filing.upload, office, ask, sent))


@router.get("/{file_id}", operation_id="read_file", response_model=FileView, responses=READ)
def read_file(office: Office, person: SignedIn, file_id: FileId) -> FileView:
    """Reads what is known of a file."""
    with office.store.reading() as session:
        return file_view(filing.file_seen(session, person, file_id), zone=office.zone)


@router.get(
    "/{file_id}/content",
    operation_id="read_file_content",
    response_class=Response,
    responses=READ
    | {
        200: {
            "description": "The file itself.",
            "content": {name: {} for name in (*filing.BEGINNINGS, "text/plain")},
        }
    },
)
def read_content(office: Office, person: SignedIn, file_id: FileId) -> Response:
    """Reads a file's content."""
    return content_of(office, person, file_id)


def content_of(office: Office, person: SignedIn, file_id: str) -> Response:
    """The file's content, for a person who may see it; what is confidential is written down."""
    with office.store.reading() as session:
        row = filing.file_seen(session, person, file_id)
    log_view(office, person, row.account_id, confidential=row.medical, what="file", of=file_id, case=row.case_id)
    try:
        content = office.files.get(row.digest)
    except FileError:
        raise NotFound(say("The file's content is not kept any more.")) from None
    # Pages show photographs; whatever else somebody sent is saved rather than opened within Headgate's own origin.
    shown = row.content_type.startswith("image/") or row.kind == "letter"
    name = f"{row.id}{ENDINGS.get(row.content_type, '')}"
    disposition = f'{"inline" if shown else "attachment"}; filename="{name}"'
    return Response(content, media_type=row.content_type, headers={"Content-Disposition": disposition})
