#!/usr/bin/env python3
"""Reads one support plan and its audit trail, with a client made from the contract.

  plan.py [--server HOST:PORT] [NAME]
"""

import argparse
import os
import sys

import grpc

# Where ./generate puts the contract.
sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "build"))

from trellis.v1 import audit_service_pb2, audit_service_pb2_grpc  # noqa: E402
from trellis.v1 import support_plan_pb2  # noqa: E402
from trellis.v1 import support_plan_service_pb2, support_plan_service_pb2_grpc  # noqa: E402

EXAMPLE = "supportPlans/0d7e2b64-31c5-4f9a-8a52-7d0000000001"
SECONDS = 30


def main():
    parser = argparse.ArgumentParser(description="Reads one support plan and its audit trail.")
    parser.add_argument("name", nargs="?", default=EXAMPLE, help="supportPlans/{uuid}")
    parser.add_argument("--server", default="127.0.0.1:7443", metavar="HOST:PORT")
    options = parser.parse_args()

    with grpc.insecure_channel(options.server) as channel:
        plans = support_plan_service_pb2_grpc.SupportPlanServiceStub(channel)
        audit = audit_service_pb2_grpc.AuditServiceStub(channel)

        plan = plans.GetSupportPlan(
            support_plan_service_pb2.GetSupportPlanRequest(name=options.name), timeout=SECONDS)
        state = support_plan_pb2.SupportPlan.State.Name(plan.state)
        print(f"{plan.name} revision {plan.revision} {state}: "
              f"{plan.ect.name}, {plan.school.name}")

        page_token = ""
        while True:
            page = audit.ListTrail(
                audit_service_pb2.ListTrailRequest(parent=options.name, page_token=page_token),
                timeout=SECONDS)
            for entry in page.entries:
                print(f"{entry.position}  {entry.sentence}")
            page_token = page.next_page_token
            if not page_token:
                break


if __name__ == "__main__":
    try:
        main()
    except grpc.RpcError as error:
        # The details of the status hold the reason: see docs/clients.md.
        sys.exit(f"plan.py: {error.code().name}: {error.details()}")
