"""The types that run code, watch it, and let it do what it does."""

from collections.abc import Mapping
from typing import Final

from docs.generate.deploying.permissions import NAMES, Grant, Permissions, pass_role

_FUNCTIONS: Final = [f"arn:aws:lambda:*:*:function:{NAMES}"]
_ROLES: Final = [f"arn:aws:iam::*:role/{NAMES}"]
_LOG_ROLE: Final = ["arn:aws:iam::*:role/api-log-role-*"]
_ALARMS: Final = [f"arn:aws:cloudwatch:*:*:alarm:{NAMES}"]
_TOPICS: Final = [f"arn:aws:sns:*:*:{NAMES}"]
_ATTACHED: Final = {
    "ArnEquals": {
        "iam:PolicyARN": [
            "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup",
            "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs",
        ]
    }
}
"""No other policy of AWS's is attached to any of the roles."""

RUNNING_TYPES: Final[Mapping[str, Permissions]] = {
    "aws:iam/role:Role": Permissions(
        on=_ROLES,
        # The role of the API's logs is one for all APIs of a region.
        kept=_LOG_ROLE,
        read=[
            "iam:GetRole",
            "iam:ListAttachedRolePolicies",
            "iam:ListInstanceProfilesForRole",
            "iam:ListRolePolicies",
        ],
        create=["iam:CreateRole"],
        update=["iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription"],
        delete=["iam:DeleteRole"],
        tag=["iam:TagRole", "iam:UntagRole"],
        also=[pass_role("apigateway.amazonaws.com", "api-log-role-*")],
    ),
    "aws:iam/rolePolicy:RolePolicy": Permissions(
        on=_ROLES,
        read=["iam:GetRolePolicy"],
        create=["iam:PutRolePolicy"],
        delete=["iam:DeleteRolePolicy"],
    ),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": Permissions(
        on=[*_ROLES, *_LOG_ROLE],
        read=["iam:ListAttachedRolePolicies"],
        also=[
            Grant(actions=["iam:AttachRolePolicy"], resources=[*_ROLES, *_LOG_ROLE], condition=_ATTACHED),
            Grant(actions=["iam:DetachRolePolicy"], resources=_ROLES, condition=_ATTACHED),
        ],
    ),
    "aws:lambda/function:Function": Permissions(
        on=_FUNCTIONS,
        read=[
            "lambda:GetFunction",
            "lambda:GetFunctionCodeSigningConfig",
            "lambda:ListTags",
            "lambda:ListVersionsByFunction",
        ],
        create=["lambda:CreateFunction"],
        update=["lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration"],
        delete=["lambda:DeleteFunction"],
        tag=["lambda:TagResource", "lambda:UntagResource"],
        also=[pass_role("lambda.amazonaws.com")],
    ),
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": Permissions(
        on=_FUNCTIONS,
        read=["lambda:GetFunctionEventInvokeConfig"],
        create=["lambda:PutFunctionEventInvokeConfig"],
        delete=["lambda:DeleteFunctionEventInvokeConfig"],
    ),
    "aws:lambda/permission:Permission": Permissions(
        on=_FUNCTIONS,
        read=["lambda:GetPolicy"],
        create=["lambda:AddPermission"],
        delete=["lambda:RemovePermission"],
    ),
    "aws:lambda/eventSourceMapping:EventSourceMapping": Permissions(
        on=["arn:aws:lambda:*:*:event-source-mapping:*"],
        read=["lambda:GetEventSourceMapping", "lambda:ListTags"],
        create=["lambda:CreateEventSourceMapping"],
        update=["lambda:UpdateEventSourceMapping"],
        delete=["lambda:DeleteEventSourceMapping"],
        tag=["lambda:TagResource", "lambda:UntagResource"],
    ),
    "aws:scheduler/scheduleGroup:ScheduleGroup": Permissions(
        on=[f"arn:aws:scheduler:*:*:schedule-group/{NAMES}"],
        read=["scheduler:GetScheduleGroup", "scheduler:ListTagsForResource"],
        create=["scheduler:CreateScheduleGroup"],
        delete=["scheduler:DeleteScheduleGroup"],
        tag=["scheduler:TagResource", "scheduler:UntagResource"],
    ),
    "aws:scheduler/schedule:Schedule": Permissions(
        on=[f"arn:aws:scheduler:*:*:schedule/{NAMES}/{NAMES}"],
        read=["scheduler:GetSchedule"],
        create=["scheduler:CreateSchedule"],
        update=["scheduler:UpdateSchedule"],
        delete=["scheduler:DeleteSchedule"],
        also=[pass_role("scheduler.amazonaws.com", f"{NAMES}sweep-*")],
    ),
    "aws:sqs/queue:Queue": Permissions(
        on=[f"arn:aws:sqs:*:*:{NAMES}"],
        read=["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueueTags"],
        create=["sqs:CreateQueue"],
        update=["sqs:SetQueueAttributes"],
        delete=["sqs:DeleteQueue"],
        tag=["sqs:TagQueue", "sqs:UntagQueue"],
    ),
    "aws:sns/topic:Topic": Permissions(
        on=_TOPICS,
        read=["sns:GetTopicAttributes", "sns:ListTagsForResource"],
        create=["sns:CreateTopic"],
        update=["sns:SetTopicAttributes"],
        delete=["sns:DeleteTopic"],
        tag=["sns:TagResource", "sns:UntagResource"],
    ),
    "aws:sns/topicSubscription:TopicSubscription": Permissions(
        on=_TOPICS,
        read=["sns:GetSubscriptionAttributes", "sns:ListSubscriptionsByTopic"],
        create=["sns:Subscribe"],
        update=["sns:SetSubscriptionAttributes"],
        delete=["sns:Unsubscribe"],
    ),
    "aws:cloudwatch/logGroup:LogGroup": Permissions(
        on=[f"arn:aws:logs:*:*:log-group:/aws/{kind}/{NAMES}" for kind in ("apigateway", "lambda")],
        read=["logs:DescribeLogGroups", "logs:ListTagsForResource"],
        create=["logs:CreateLogGroup"],
        update=[
            "logs:AssociateKmsKey",
            "logs:DeleteRetentionPolicy",
            "logs:DisassociateKmsKey",
            "logs:PutRetentionPolicy",
        ],
        delete=["logs:DeleteLogGroup"],
        tag=["logs:TagResource", "logs:UntagResource"],
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": Permissions(
        on=_ALARMS,
        read=["cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource"],
        create=["cloudwatch:PutMetricAlarm"],
        delete=["cloudwatch:DeleteAlarms"],
        tag=["cloudwatch:TagResource", "cloudwatch:UntagResource"],
    ),
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": Permissions(
        on=_ALARMS,
        read=["cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource"],
        create=["cloudwatch:PutCompositeAlarm"],
        delete=["cloudwatch:DeleteAlarms"],
        tag=["cloudwatch:TagResource", "cloudwatch:UntagResource"],
    ),
    "aws:cloudwatch/dashboard:Dashboard": Permissions(
        on=[f"arn:aws:cloudwatch::*:dashboard/{NAMES}"],
        read=["cloudwatch:GetDashboard"],
        create=["cloudwatch:PutDashboard"],
        delete=["cloudwatch:DeleteDashboards"],
    ),
}
