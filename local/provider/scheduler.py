"""Schedules of EventBridge, and their groups."""

from typing import Any

from local.provider.resource import Aws, Created, Existing, Inputs, Lifecycle, pick


def _create_group(aws: Aws, name: str, inputs: Inputs) -> Created:
    group_name = inputs.get("name", name)
    group = aws.client("scheduler").create_schedule_group(Name=group_name)
    return Created(group_name, {"name": group_name, "arn": group["ScheduleGroupArn"]})


def _delete_group(aws: Aws, group: Existing) -> None:
    aws.client("scheduler").delete_schedule_group(Name=group.id)


def _schedule(name: str, inputs: Inputs) -> dict[str, Any]:
    return {
        "Name": name,
        **pick(
            inputs, "description", "flexibleTimeWindow", "groupName", "scheduleExpression", "state", "target"
        ),
    }


def _create_schedule(aws: Aws, name: str, inputs: Inputs) -> Created:
    schedule_name = inputs.get("name", name)
    schedule = aws.client("scheduler").create_schedule(**_schedule(schedule_name, inputs))
    return Created(
        f"{inputs['groupName']}/{schedule_name}", {"name": schedule_name, "arn": schedule["ScheduleArn"]}
    )


def _update_schedule(aws: Aws, schedule: Existing, inputs: Inputs) -> None:
    aws.client("scheduler").update_schedule(**_schedule(schedule.name, inputs))


def _delete_schedule(aws: Aws, schedule: Existing) -> None:
    aws.client("scheduler").delete_schedule(Name=schedule.name, GroupName=schedule.state["groupName"])


LIFECYCLES = {
    "aws:scheduler/schedule:Schedule": Lifecycle(
        _create_schedule,
        _delete_schedule,
        _update_schedule,
        replace_on=frozenset({"groupName", "name", "namePrefix"}),
    ),
    "aws:scheduler/scheduleGroup:ScheduleGroup": Lifecycle(_create_group, _delete_group),
}
