"""A program that uses Azure's libraries for Python as their documentation does: prints the names of the blobs at STORAGE."""

import os

from azure.identity import DefaultAzureCredential
from azure.storage.blob import ContainerClient

container = ContainerClient(os.environ["STORAGE"], "samples", credential=DefaultAzureCredential())
print(*(blob.name for blob in container.list_blobs()))
