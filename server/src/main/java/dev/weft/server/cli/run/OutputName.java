package dev.weft.server.cli.run;

/** Which of a command's two outputs. */
enum OutputName {
    STDOUT("stdout"),
    STDERR("stderr");

    private final String text;

    OutputName(final String text) {
        this.text = text;
    }

    /** As it stands in events. */
    String text() {
        return text;
    }
}
