"""Django's temporary files of forms, without a name: Django's own stay behind when the process is killed."""

import os

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from staffetta.work.entrance.spool import unnamed


class UnnamedUploadHandler(FileUploadHandler):
    """Takes what is too long for memory."""

    file: "UploadedFile[bytes] | None" = None

    def new_file(self, *args: object, **kwargs: object) -> None:
        super().new_file(*args, **kwargs)  # type: ignore[arg-type]  # what Django's parser says of a file
        self.file = UploadedFile(
            unnamed(settings.SPOOL_DIR), self.file_name, self.content_type, 0, self.charset, self.content_type_extra
        )

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        del start
        assert self.file is not None
        self.file.write(raw_data)

    def file_complete(self, file_size: int) -> "UploadedFile[bytes] | None":
        if self.file is not None:
            self.file.seek(0, os.SEEK_SET)
            self.file.size = file_size
        return self.file

    def upload_interrupted(self) -> None:
        if self.file is not None:
            self.file.close()
