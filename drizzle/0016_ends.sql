DROP INDEX `certificates_ending`;--> statement-breakpoint
CREATE INDEX `certificates_ending` ON `certificates` (`not_after`,`subject_id`) WHERE revoked_at is null and pending_since is null;