package dev.weft.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.StampedLock;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What may know what, so that the picture in docs/ARCHITECTURE.md stays true. */
@AnalyzeClasses(packages = "dev.weft", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String[] BELOW_NETTY = {
        "dev.weft.protocol..",
        "dev.weft.server.sequencer..",
        "dev.weft.server.journal..",
        "dev.weft.server.index..",
        "dev.weft.server.ring..",
        "dev.weft.server.config..",
        "dev.weft.server.counters..",
        "dev.weft.server.agui.."
    };

    /** What an event passes through. */
    private static final String[] HOT = {
        "dev.weft.server.ingest..",
        "dev.weft.server.sequencer..",
        "dev.weft.server.fanout..",
        "dev.weft.server.stream..",
        "dev.weft.server.ring..",
        "dev.weft.protocol.."
    };

    private static final int HOT_SOURCES_MIN = 50;

    @ArchTest
    static final ArchRule noCycles =
            slices().matching("dev.weft.server.(*)..").should().beFreeOfCycles();

    /**
     * Also within what the rule above takes for one: a folder in another is a package of its own.
     */
    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("dev.weft.server.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule protocolHasNoCycles =
            slices().matching("dev.weft.protocol.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule coreKnowsNoNetty =
            noClasses()
                    .that()
                    .resideInAnyPackage(BELOW_NETTY)
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("io.netty..");

    @ArchTest
    static final ArchRule fanoutKnowsOnlyBuffersOfNetty =
            noClasses()
                    .that()
                    .resideInAPackage("dev.weft.server.fanout..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "io.netty.channel..", "io.netty.handler..", "io.netty.bootstrap..");

    @ArchTest
    static final ArchRule chronicleStaysInsideTheJournal =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("dev.weft.server.journal..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("net.openhft..");

    @ArchTest
    static final ArchRule partsOfTheJournalHaveNoCycles =
            slices().matching("dev.weft.server.journal.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule journalKnowsNoneOfItsParts =
            noClasses()
                    .that()
                    .resideInAPackage("dev.weft.server.journal")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("dev.weft.server.journal.(*)..");

    @ArchTest
    static final ArchRule partsOfTheJournalStayInside =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("dev.weft.server.journal..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "dev.weft.server.journal.file..",
                            "dev.weft.server.journal.append..",
                            "dev.weft.server.journal.recovery..");

    @ArchTest
    static final ArchRule onlyAppendingUsesChronicle =
            noClasses()
                    .that()
                    .resideInAnyPackage(
                            "dev.weft.server.journal",
                            "dev.weft.server.journal.file..",
                            "dev.weft.server.journal.store..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("net.openhft..");

    @ArchTest
    static final ArchRule protocolKnowsNoServer =
            noClasses()
                    .that()
                    .resideInAPackage("dev.weft.protocol..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("dev.weft.server..", "net.openhft..", "io.micrometer..");

    @ArchTest
    static final ArchRule importsGoOneWay =
            noClasses()
                    .that()
                    .resideInAPackage("dev.weft.server.journal..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "dev.weft.server.sequencer..",
                            "dev.weft.server.ring..",
                            "dev.weft.server.index..",
                            "dev.weft.server.fanout..",
                            "dev.weft.server.stream..",
                            "dev.weft.server.query..",
                            "dev.weft.server.ingest..",
                            "dev.weft.server.http..");

    @ArchTest
    static final ArchRule indexKnowsFiltersAndTheJournalOnly =
            noClasses()
                    .that()
                    .resideInAPackage("dev.weft.server.index..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "dev.weft.server.sequencer..",
                            "dev.weft.server.ring..",
                            "dev.weft.server.stream..",
                            "dev.weft.server.query..",
                            "dev.weft.server.ingest..",
                            "dev.weft.server.http..");

    @ArchTest
    static final ArchRule partsOfTheIndexHaveNoCycles =
            slices().matching("dev.weft.server.index.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule indexKnowsNoneOfItsParts =
            noClasses()
                    .that()
                    .resideInAPackage("dev.weft.server.index")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("dev.weft.server.index.(*)..");

    @ArchTest
    static final ArchRule postingsStayInsideTheIndex =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("dev.weft.server.index..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("org.roaringbitmap..");

    @ArchTest
    static final ArchRule sequencerKnowsNoSurface =
            noClasses()
                    .that()
                    .resideInAPackage("dev.weft.server.sequencer..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "dev.weft.server.ingest..",
                            "dev.weft.server.fanout..",
                            "dev.weft.server.stream..",
                            "dev.weft.server.query..",
                            "dev.weft.server.http..",
                            "dev.weft.server.ops..");

    @ArchTest
    static final ArchRule foldsKnowTheIndexOnly =
            noClasses()
                    .that()
                    .resideInAPackage("dev.weft.server.fold..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "dev.weft.server.sequencer..",
                            "dev.weft.server.ingest..",
                            "dev.weft.server.stream..",
                            "dev.weft.server.query..",
                            "dev.weft.server.http..");

    /** A driver is told what to do and tells what happens; what a session is it does not know. */
    @ArchTest
    static final ArchRule driversKnowNoSurface =
            noClasses()
                    .that()
                    .resideInAPackage("dev.weft.server.driver..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "dev.weft.server.control..",
                            "dev.weft.server.session..",
                            "dev.weft.server.query..",
                            "dev.weft.server.http..",
                            "dev.weft.server.index..",
                            "dev.weft.server.journal..");

    @ArchTest
    static final ArchRule httpKnowsNoRoute =
            noClasses()
                    .that()
                    .resideInAPackage("dev.weft.server.http..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "dev.weft.server.ingest..",
                            "dev.weft.server.stream..",
                            "dev.weft.server.query..",
                            "dev.weft.server.control..",
                            "dev.weft.server.ops..",
                            "dev.weft.server.api..",
                            "dev.weft.server.auth..",
                            "dev.weft.server.sequencer..",
                            "dev.weft.server.journal..");

    /** A route has an exchange; what is below that, sockets and turns, is none of its business. */
    @ArchTest
    static final ArchRule connectionsStayInsideHttp =
            noClasses()
                    .that()
                    .resideOutsideOfPackages("dev.weft.server", "dev.weft.server.http.connection..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("dev.weft.server.http.connection..");

    @ArchTest
    static final ArchRule partsOfTheStreamKnowNoStream =
            noClasses()
                    .that()
                    .resideInAnyPackage(
                            "dev.weft.server.stream.replay..",
                            "dev.weft.server.stream.subscription..",
                            "dev.weft.server.stream.facts..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("dev.weft.server.stream");

    @ArchTest
    static final ArchRule sidesOfTheBridgeDoNotKnowEachOther =
            noClasses()
                    .that()
                    .resideInAPackage("dev.weft.server.bridge.fabric..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "dev.weft.server.bridge", "dev.weft.server.bridge.valkey..");

    @ArchTest
    static final ArchRule onlyTheRootAndItsCommandsKnowEverything =
            noClasses()
                    .that()
                    .resideOutsideOfPackages(
                            "dev.weft.server", "dev.weft.server.cli..", "dev.weft.bench..")
                    .should()
                    .dependOnClassesThat(
                            DescribedPredicate.describe(
                                    "are the composition root", ArchitectureTest::isRoot));

    /** What shows events in the shapes of others can go without anybody noticing. */
    @ArchTest
    static final ArchRule nobodyKnowsTheOtherSurfaces =
            noClasses()
                    .that()
                    .resideOutsideOfPackages(
                            "dev.weft.server",
                            "dev.weft.server.session..",
                            "dev.weft.server.job..",
                            "dev.weft.server.aggregate..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "dev.weft.server.session..",
                            "dev.weft.server.job..",
                            "dev.weft.server.aggregate..");

    @ArchTest
    static final ArchRule metricsLibraryStaysInsideOps =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("dev.weft.server.ops..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("io.micrometer..", "io.prometheus..");

    @ArchTest
    static final ArchRule valkeyLibraryStaysInsideTheBridge =
            noClasses()
                    .that()
                    .resideOutsideOfPackages(
                            "dev.weft.server.bridge", "dev.weft.server.bridge.valkey..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("io.lettuce..", "reactor..");

    @ArchTest
    static final ArchRule settingsAreReadInOnePlace =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("dev.weft.server.config..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("com.typesafe.config..");

    @ArchTest
    static final ArchRule nativeCallsAreInOnePlace =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("dev.weft.server.process..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("com.sun.jna..");

    @ArchTest
    static final ArchRule noSerialization =
            noClasses()
                    .should()
                    .callMethod(Class.class, "forName", String.class)
                    .orShould()
                    .callMethod(System.class, "gc");

    /** In the sources: ArchUnit sees synchronized methods, but no synchronized blocks. */
    @Test
    void shouldSynchronizeNothingThatAnEventPassesThrough() throws IOException {
        final Pattern word = Pattern.compile("(?m)^(?!\\s*(\\*|/)).*\\bsynchronized\\b");
        final List<Path> sources = hotSources();
        assertThat(sources).hasSizeGreaterThan(HOT_SOURCES_MIN);
        for (final Path source : sources) {
            assertThat(Files.readString(source)).as(source.toString()).doesNotContainPattern(word);
        }
    }

    @ArchTest
    static final ArchRule noLocks =
            noClasses()
                    .that()
                    .resideInAnyPackage(HOT)
                    .should()
                    .dependOnClassesThat(
                            JavaClass.Predicates.assignableTo(Lock.class)
                                    .or(JavaClass.Predicates.assignableTo(ReadWriteLock.class))
                                    .or(JavaClass.Predicates.assignableTo(StampedLock.class)));

    @ArchTest
    static final ArchRule finalByDefault =
            classes()
                    .that()
                    .areNotInterfaces()
                    .and()
                    .areNotEnums()
                    .and()
                    .areNotAnonymousClasses()
                    .and()
                    .doNotHaveModifier(JavaModifier.ABSTRACT)
                    .and()
                    .resideInAPackage("dev.weft..")
                    .and(
                            DescribedPredicate.describe(
                                    "are not padding", type -> !type.getName().contains("Padding")))
                    .should()
                    .haveModifier(JavaModifier.FINAL);

    private static List<Path> hotSources() throws IOException {
        final List<Path> found = new ArrayList<>();
        for (final String packages : HOT) {
            final String directory = packages.replace("..", "").replace('.', '/');
            for (final String module : List.of("", "../protocol/")) {
                final Path root = Path.of(module + "src/main/java", directory);
                if (Files.exists(root)) {
                    try (Stream<Path> files = Files.walk(root)) {
                        files.filter(file -> file.toString().endsWith(".java")).forEach(found::add);
                    }
                }
            }
        }
        return found;
    }

    private static boolean isRoot(final JavaClass type) {
        return type.getPackageName().equals("dev.weft.server");
    }
}
