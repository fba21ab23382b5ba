DROP INDEX `messages_not_said`;--> statement-breakpoint
ALTER TABLE `messages` ADD `replaces` text;--> statement-breakpoint
CREATE INDEX `messages_not_said` ON `messages` (`id`) WHERE (state in ('sending', 'unknown', 'dead') or (state in ('wanted', 'delivered') and said_digest is not digest));