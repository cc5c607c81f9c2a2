"""Our google.pubsub.v1 against Google's, as its official Python library has it.

    pubsub_compat_test.py DESCRIPTORS FOLDER

DESCRIPTORS is the contract's descriptor set; in FOLDER the library is installed, once. Every
message, field, enum and rpc of ours must be Google's, with the same shape; what is Google's and not
ours must be in LEFT_OUT. Where the library cannot be installed the test is skipped: exit code 77.
"""

import os
import pathlib
import subprocess
import sys
import unittest
import venv
from unittest import mock

LIBRARY = "google-cloud-pubsub==2.44.0"
SKIPPED = 77
PACKAGE = "google.pubsub.v1"

# What is Google's and not ours, with all that is below: no client needs it of this server.
LEFT_OUT = {
    # Where Google keeps messages, and with which keys.
    "MessageStoragePolicy", "Topic.message_storage_policy", "Topic.kms_key_name",
    "Topic.satisfies_pzs",
    # Schemas: the types of events are the contract's.
    "SchemaSettings", "Topic.schema_settings",
    # Messages from elsewhere.
    "IngestionDataSourceSettings", "IngestionFailureEvent", "PlatformLogsSettings",
    "Topic.ingestion_data_source_settings",
    # Messages to elsewhere.
    "BigQueryConfig", "BigtableConfig", "CloudStorageConfig", "Subscription.bigquery_config",
    "Subscription.bigtable_config", "Subscription.cloud_storage_config",
    # Messages that are changed on their way.
    "AIInference", "Compression", "JavaScriptUDF", "MessageTransform",
    "Subscription.message_transforms", "Topic.message_transforms",
    # Pushing is refused, however it would be done.
    "PushConfig.NoWrapper", "PushConfig.OidcToken", "PushConfig.PubsubWrapper",
    "PushConfig.authentication_method", "PushConfig.no_wrapper", "PushConfig.oidc_token",
    "PushConfig.pubsub_wrapper", "PushConfig.wrapper",
    # Tags for Google's access rules, and its market of data.
    "CreateSnapshotRequest.TagsEntry", "CreateSnapshotRequest.tags", "Subscription.TagsEntry",
    "Subscription.tags", "Topic.TagsEntry", "Topic.tags",
    "Subscription.AnalyticsHubSubscriptionInfo", "Subscription.analytics_hub_subscription_info",
    # Sent with Publish, which is refused.
    "PubsubClientTelemetry",
}


def install(folder):
    """The interpreter that has the library; None, with the reason told, if it cannot be had."""
    home = pathlib.Path(folder)
    interpreter = home / "bin" / "python"
    complete = home / LIBRARY
    if not complete.exists():
        try:
            venv.create(home, clear=True, with_pip=True)
            subprocess.run([interpreter, "-m", "pip", "install", "--quiet", "--retries", "1",
                            "--timeout", "15", "--disable-pip-version-check", LIBRARY], check=True)
        except (subprocess.CalledProcessError, OSError) as error:
            print(f"skipped: {LIBRARY} cannot be installed: {error}")
            return None
        complete.touch()
    return interpreter


def camel_case(name):
    """What protoc makes of a field's name in JSON, unless it is told otherwise."""
    first, *others = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in others)


def shapes(file):
    """What goes over the wire, by name within the package."""
    found = {}

    def add_enum(scope, enum):
        found[f"{scope}{enum.name}"] = "enum"
        for value in enum.value:
            found[f"{scope}{enum.name}.{value.name}"] = value.number

    def add_message(scope, message):
        found[f"{scope}{message.name}"] = "map entry" if message.options.map_entry else "message"
        inside = f"{scope}{message.name}."
        for oneof in message.oneof_decl:
            found[f"{inside}{oneof.name}"] = "oneof"
        for field in message.field:
            in_oneof = field.HasField("oneof_index")
            found[f"{inside}{field.name}"] = {
                "number": field.number,
                "type": field.type,
                "of": field.type_name,
                "label": field.label,
                "oneof": message.oneof_decl[field.oneof_index].name if in_oneof else None,
                "optional": field.proto3_optional,
                "json": field.json_name or camel_case(field.name),
            }
        for nested in message.nested_type:
            add_message(inside, nested)
        for enum in message.enum_type:
            add_enum(inside, enum)

    for message in file.message_type:
        add_message("", message)
    for enum in file.enum_type:
        add_enum("", enum)
    return found


def our_file(descriptors):
    from google.protobuf import descriptor_pb2
    files = descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(descriptors).read_bytes())
    return next(file for file in files.file if file.package == PACKAGE)


def their_file():
    from google.protobuf import descriptor_pb2
    from google.pubsub_v1.types import pubsub
    file = descriptor_pb2.FileDescriptorProto()
    pubsub.Topic.pb().DESCRIPTOR.file.CopyToProto(file)
    return file


def our_rpcs(file):
    return {f"/{PACKAGE}.{service.name}/{method.name}":
            (method.client_streaming, method.server_streaming, method.input_type,
             method.output_type)
            for service in file.service for method in service.method}


def their_rpcs():
    """What the library's clients ask of a channel."""
    import grpc
    from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
    from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport
    rpcs = {}

    def type_name(message_class):
        descriptor = message_class.pb().DESCRIPTOR if hasattr(message_class, "pb") else \
            message_class.DESCRIPTOR
        return "." + descriptor.full_name

    def recorder(client_streaming, server_streaming):
        def record(_, path, request_serializer, response_deserializer, **__):
            if path.startswith(f"/{PACKAGE}."):
                rpcs[path] = (client_streaming, server_streaming,
                              type_name(request_serializer.__self__),
                              type_name(type(response_deserializer(b""))))
            return mock.Mock()
        return record

    channel_class = type("RecordingChannel", (grpc.Channel,), {
        "unary_unary": recorder(False, False), "unary_stream": recorder(False, True),
        "stream_unary": recorder(True, False), "stream_stream": recorder(True, True),
        "subscribe": None, "unsubscribe": None, "close": None, "__enter__": None,
        "__exit__": None})
    # An interceptor would ask the channel at the first call; without one, a client asks when made.
    with mock.patch("grpc.intercept_channel", lambda channel, *_: channel):
        PublisherGrpcTransport(channel=channel_class())
        SubscriberGrpcTransport(channel=channel_class())
    return rpcs


class PubsubCompatTest(unittest.TestCase):
    """Ours and theirs are the same on the wire."""

    maxDiff = None

    def test_what_is_ours_is_theirs(self):
        ours, theirs = shapes(our_file(DESCRIPTORS)), shapes(their_file())
        self.assertGreater(len(ours), 150)
        for name, shape in ours.items():
            with self.subTest(name):
                self.assertEqual(shape, theirs.get(name))

    def test_what_is_theirs_is_ours_or_left_out(self):
        ours, theirs = shapes(our_file(DESCRIPTORS)), shapes(their_file())

        def is_below_another(name):
            parts = name.split(".")
            return any(".".join(parts[:end]) in LEFT_OUT for end in range(1, len(parts)))

        missing = {name for name in theirs if name not in ours and not is_below_another(name)}
        self.assertEqual(missing, LEFT_OUT)

    def test_rpcs_are_the_same(self):
        ours = our_rpcs(our_file(DESCRIPTORS))
        self.assertEqual(len(ours), 25)
        self.assertEqual(ours, their_rpcs())

    def test_both_are_proto3(self):
        for file in (our_file(DESCRIPTORS), their_file()):
            self.assertEqual(file.syntax, "proto3")


if __name__ == "__main__":
    DESCRIPTORS = sys.argv[1]
    if len(sys.argv) == 3:
        LIBRARYS_PYTHON = install(sys.argv[2])
        if LIBRARYS_PYTHON is None:
            sys.exit(SKIPPED)
        os.execv(LIBRARYS_PYTHON, [str(LIBRARYS_PYTHON), "-B", __file__, DESCRIPTORS])
    unittest.main(argv=sys.argv[:1])
