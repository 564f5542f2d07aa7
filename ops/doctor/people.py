"""Checks of users, the client secret, senders, and the channels of owners."""

from collections.abc import Iterator
from datetime import UTC, datetime

from contract.moments import format_moment, utc_now
from contract.names import NOTIFICATIONS, Group, Output, RunbookSection
from contract.owners.reading import OwnersFileError, read_owners_file
from contract.words import SenderState
from ops.doctor.service import Finding, Level, ok, problem, runbook, warning
from ops.owners import describe_state, find_file, find_local_file, open_channels
from ops.rotate_secret import AppClient, SecretValue
from ops.stack import OpsError, Stack
from ops.user_pool import FIRST_PASSWORD_LASTS, UserDirectory
from store.dynamodb import Reader
from store.notifications import list_recipients
from store.senders import SenderTable


def check_users(stack: Stack) -> Iterator[Finding]:
    """Finds users who can do nothing, and first passwords that expired."""
    users = UserDirectory(stack.client("cognito-idp"), stack[Output.USER_POOL_ID]).list_users()
    for group, kind in ((Group.REPORTERS, "reporter"), (Group.ANALYSTS, "analyst")):
        check = f"users of {group}"
        if count := sum(user.enabled and group in user.groups for user in users):
            yield ok(check, f"{count:,}.")
        else:
            yield warning(check, "None that is enabled.", f"file-sla users create NAME --{kind}")
    for user in users:
        if not user.groups & set(Group):
            remedy = f"file-sla users groups {user.name} --add reporters (or analysts), or remove it"
            yield warning(f"user {user.name}", "In no group: can do nothing.", remedy)
        if user.enabled and user.has_expired_invitation(datetime.now(UTC)):
            yield warning(
                f"user {user.name}",
                f"Its first password was good for {FIRST_PASSWORD_LASTS.days} days, and nobody used it.",
                f"file-sla users password {user.name}",
            )


def check_client_secret(stack: Stack) -> Iterator[Finding]:
    """Checks that Cognito accepts the secret that AuthLambda reads."""
    check, remedy, see = "client secret", "file-sla rotate-secret", "docs/ops.md#rotate-secret"
    app, value = AppClient.of(stack), SecretValue.of(stack)
    app.check_refuses_others()
    if not app.accepts(value.read()):
        what = "Cognito does not accept the secret that AuthLambda reads: nobody can sign in."
        yield problem(check, what, remedy, see)
    elif len(app.list_secrets()) > 1:
        yield warning(check, "Cognito accepts two: a rotation is not finished.", remedy, see)
    else:
        yield ok(check, "Cognito accepts it, and no other.")


def check_senders(stack: Stack) -> Iterator[Finding]:
    """Finds silent senders, and lists the last run of each."""
    table = SenderTable(Reader(stack.client("dynamodb")), stack[Output.SENDERS_TABLE_NAME])
    senders = table.list_all().senders
    names = {one.key: one.name for one in senders}
    for key in table.list_set_aside(utc_now()):
        yield problem(
            f"sender {names.get(key) or key}",
            "Set aside: its incidents could not be worked out from its runs, three times.",
            "The log of the projection says why; then: file-sla senders release NAME",
            runbook(RunbookSection.SET_ASIDE),
        )
    for sender in sorted(senders, key=lambda one: one.state is not SenderState.SILENT):
        check = f"sender {sender.name or sender.key}"
        last = f"its last run was at {format_moment(sender.last_run_at.replace(microsecond=0))}"
        if sender.state is SenderState.SILENT:
            remedy = "Look at its scheduled task and its way to the API."
            yield warning(check, f"{sender.state}; {last}.", remedy, runbook(RunbookSection.SILENT_SENDERS))
        else:
            yield ok(check, f"{sender.state}; {last}.")
    if not senders:
        yield ok("senders", "None has reported yet.")


def check_messages(stack: Stack) -> Iterator[Finding]:
    """Checks that owners are notified, if the stack has any."""
    notifier = f"{stack[Output.METRICS_NAMESPACE]}-{NOTIFICATIONS}"
    if notifier not in {one.settings.get("Name") for one in stack.declared}:
        what = "Nobody is notified of incidents: the stack has no ownersFile."
        yield Finding(check="notifications", level=Level.OK, what=what, see="docs/owners.md")
        return
    check = "channels of owners"
    try:
        owners = read_owners_file(find_file(find_local_file(stack)))
    except (OpsError, OwnersFileError) as error:
        remedy = "file-sla owners channels --file FILE, with the file of this stack"
        yield Finding(check=check, level=Level.SKIPPED, what=str(error), remedy=remedy)
        return
    channels = open_channels(stack).read_channels(list_recipients(owners))
    for one in channels:
        name, state = f"channel {one.owner}: {one.channel}", describe_state(one)
        state = state[0].upper() + state[1:]
        if one.disabled_since:
            remedy = f"Fix that, then: file-sla owners enable '{one.key}'"
            yield problem(name, state, remedy, runbook(RunbookSection.CHANNELS_DISABLED))
        elif one.failing_since:
            yield warning(
                name, f"{state}; it is retried.", "", runbook(RunbookSection.NOTIFICATIONS_NOT_SENT)
            )
        elif not one.delivered_at:
            yield ok(name, f"{state}: nothing was due there yet.")
    well = [one for one in channels if one.delivered_at and not (one.disabled_since or one.failing_since)]
    yield ok(check, f"{len(well):,} of {len(channels):,} have delivered and work.")
