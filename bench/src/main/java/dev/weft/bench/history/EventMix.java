package dev.weft.bench.history;

import java.util.UUID;

/**
 * What a host with jobs, agents and sessions publishes: 60 % telemetry of 200 hosts, 26 % steps of
 * 4,000 jobs, 13 % of 300 agents, 1 % of 100 sessions. The same number is always the same event.
 */
final class EventMix {
    static final int HOSTS = 200;
    static final int JOBS = 4_000;
    static final int AGENTS = 300;
    static final int SESSIONS = 100;

    private static final String[] TELEMETRY = {"cpu", "memory", "disk", "network"};
    private static final String[] STEPS = {
        "step.started", "step.progress", "step.progress", "step.done", "job.done", "job.failed"
    };
    private static final String[] AGENT = {"agent.message", "agent.tool_call", "agent.tool_result"};
    private static final String[] SESSION = {"step_created", "status_changed", "artifact_created"};

    private EventMix() {}

    /** The id of a session. */
    static String session(final int number) {
        return new UUID(0x5e55_1014_0000_4000L, 0x8000_0000_0000_0000L | number).toString();
    }

    static MixEvent at(final long number) {
        final long random = mix(number);
        final int percent = (int) Long.remainderUnsigned(random, 100);
        final int pick = (int) (random >>> 40);
        if (percent < 60) {
            return telemetry(pick, random);
        }
        if (percent < 86) {
            return step(pick, random);
        }
        return percent < 99 ? agent(pick, random) : session(pick, random);
    }

    private static MixEvent telemetry(final int pick, final long random) {
        return new MixEvent(
                "telemetry." + TELEMETRY[(int) (random & 3)],
                "telemetry",
                "host/web-" + pick % HOSTS,
                null,
                null,
                "{\"load\":[0."
                        + (pick & 1023)
                        + ",0."
                        + (pick >>> 4 & 1023)
                        + "],\"used\":"
                        + (random >>> 20 & 0xFFFFFFF)
                        + ",\"free\":"
                        + (random >>> 8 & 0xFFFFFFF)
                        + ",\"unit\":\"bytes\",\"interval_ms\":1000}");
    }

    private static MixEvent step(final int pick, final long random) {
        final int job = pick % JOBS;
        return new MixEvent(
                STEPS[(int) Long.remainderUnsigned(random >>> 16, STEPS.length)],
                "job",
                "job/" + job,
                "flow-" + job / 8,
                "run-" + job + '-' + (random >>> 24 & 15),
                "{\"step\":"
                        + (random >>> 28 & 31)
                        + ",\"name\":\"compile module "
                        + (pick & 255)
                        + "\",\"progress\":0."
                        + (pick & 127)
                        + ",\"worker\":\"worker-"
                        + (pick & 63)
                        + "\"}");
    }

    private static MixEvent agent(final int pick, final long random) {
        return new MixEvent(
                AGENT[(int) Long.remainderUnsigned(random >>> 16, AGENT.length)],
                "agent",
                "agent/planner-" + pick % AGENTS,
                "flow-" + (random >>> 24) % 500,
                null,
                "{\"tokens\":"
                        + (random >>> 30 & 4095)
                        + ",\"text\":\"looked at file "
                        + (pick & 4095)
                        + " and decided to read the next one\",\"tool\":\"read\"}");
    }

    private static MixEvent session(final int pick, final long random) {
        return new MixEvent(
                SESSION[(int) Long.remainderUnsigned(random >>> 16, SESSION.length)],
                "session",
                "session/" + session(pick % SESSIONS),
                null,
                null,
                "{\"code\":\"step-"
                        + (pick & 63)
                        + "\",\"name\":\"check page "
                        + (pick & 1023)
                        + "\",\"status\":\"in_progress\"}");
    }

    /** The finaliser of SplitMix64: as good as random, and the same every time. */
    private static long mix(final long number) {
        long value = (number + 1) * 0x9E3779B97F4A7C15L;
        value = (value ^ value >>> 30) * 0xBF58476D1CE4E5B9L;
        value = (value ^ value >>> 27) * 0x94D049BB133111EBL;
        return value ^ value >>> 31;
    }
}
