"""Files that came with a form."""

from __future__ import annotations

from dataclasses import replace

from starlette.concurrency import run_in_threadpool

from api.acts import filing
from api.pages.posted import Posted
from api.services import Services


async def uploaded(office: Services, form: Posted, name: str, with_: filing.Upload, part: str) -> str:
    """The id of the uploaded file, kept with what `with_` names; sent twice it is kept once."""
    file = form.files[name]
    upload = replace(
        with_,
        content=await file.read(filing.LARGEST + 1),
        name=file.filename or "",
        content_type=(file.content_type or "").partition(";")[0].lower(),
    )
    return await kept(office, form, upload, part)


async def kept(office: Services, form: Posted, upload: filing.Upload, part: str) -> str:
    """The id of what is kept as this part of the form; sent twice it is kept once."""
    ask = replace(form.ask, key=f"{form.ask.key[:80]}/{part}"[:128])
    answer = await run_in_threadpool(filing.upload, office, ask, upload)
    return str(answer.body["id"])
