package dev.weft.server.door;

/** One file of a door with what belongs to it: all of it ends together. One thread. */
record DoorGeneration(DoorFile file, DoorRing ring, DoorSeats seats) {
    static DoorGeneration of(final DoorFile file) {
        return new DoorGeneration(file, new DoorRing(file), new DoorSeats(file));
    }

    long number() {
        return file.generation();
    }

    /** Everybody is sent away, and the memory let go. */
    void end() {
        if (file.isWhole()) {
            file.shut();
        }
        file.close();
        seats.dismissAll();
    }
}
