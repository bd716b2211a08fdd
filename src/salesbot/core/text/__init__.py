"""Text in, values out: Markdown, form fields, commands, checklists, dates, money, mail. Knows no deal."""
