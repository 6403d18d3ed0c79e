/**
 * The commands about what happened: query, export, import, stats, reindex. In: arguments and files.
 * Out: text for people on a terminal, JSON for programs in a pipe. Each runs in a process of its
 * own and speaks to a server, but for {@code reindex}, which works on a journal's directory.
 */
@NullMarked
package dev.weft.server.cli.history;

import org.jspecify.annotations.NullMarked;
