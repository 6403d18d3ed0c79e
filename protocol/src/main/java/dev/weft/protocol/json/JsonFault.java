package dev.weft.protocol.json;

/**
 * What is wrong with a text that should be JSON. The words complete "malformed JSON at byte n: ".
 */
public enum JsonFault {
    NONE(""),
    INCOMPLETE("it ends before its value is complete"),
    VALUE_EXPECTED("a value was expected"),
    NAME_EXPECTED("a member name in double quotes was expected"),
    COLON_EXPECTED("a colon was expected after the member name"),
    COMMA_EXPECTED("a comma or the closing bracket was expected"),
    CONTROL_CHARACTER("a control character in a string must be escaped"),
    ESCAPE("unknown escape in a string; known are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX"),
    SURROGATE("an escaped surrogate without its other half"),
    UTF8("the text is not valid UTF-8"),
    NUMBER("not a JSON number"),
    NUMBER_LENGTH("a number may have at most 1000 characters"),
    NUMBER_RANGE("a number must be finite in 64-bit floating point and its exponent at most 999"),
    DEPTH("values may be nested at most 64 deep");

    private final String words;

    JsonFault(final String words) {
        this.words = words;
    }

    public String words() {
        return words;
    }
}
