"""A provider calls back with a result: it is kept on its flow, and the step that waits finds it.

Nobody is told whether it was of use: who calls without a key of the engine learns nothing, and
neither does who says again what was said before. What is kept proves nothing yet: the step judges
it as one that it had asked for.
"""

from __future__ import annotations

from auth.login_flow import FlowState
from auth.verification import ResultReceiver
from resolvers.gateway import Gateway
from resolvers.login.real_person import check_of


async def take_result(gateway: Gateway, engine: str, jws: str) -> None:
    """Nothing, unless `engine` signed it about the challenge that its flow awaits."""
    provider = gateway.person_provider
    if not isinstance(provider, ResultReceiver):
        return
    flow_id = await provider.flow_of(engine, jws)
    flow = None if flow_id is None else await gateway.flows.find(flow_id)
    if flow is None or flow["state"] != FlowState.CHALLENGED:
        return
    check = check_of(gateway, flow, flow["challenge"]["nonce"])
    if provider.is_about(engine, jws, flow["challenge"]["reference"], check):
        await gateway.flows.arrive(flow, jws, gateway.now())
