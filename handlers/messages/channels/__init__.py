"""Delivering messages: by mail through Amazon SES, to topics of Amazon SNS, to Slack and to Teams."""
