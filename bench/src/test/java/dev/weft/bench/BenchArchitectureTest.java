package dev.weft.bench;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What may know what in the load rig. */
@AnalyzeClasses(packages = "dev.weft.bench", importOptions = ImportOption.DoNotIncludeTests.class)
class BenchArchitectureTest {
    @ArchTest
    static final ArchRule layers =
            layeredArchitecture()
                    .consideringOnlyDependenciesInLayers()
                    .layer("load")
                    .definedBy("dev.weft.bench.load..")
                    .layer("scenario")
                    .definedBy("dev.weft.bench.scenario..")
                    .layer("history")
                    .definedBy("dev.weft.bench.history..")
                    .layer("rig")
                    .definedBy("dev.weft.bench.rig..")
                    .layer("fleet")
                    .definedBy("dev.weft.bench.fleet..")
                    .layer("client")
                    .definedBy("dev.weft.bench.client..")
                    .layer("server")
                    .definedBy("dev.weft.bench.server..")
                    .whereLayer("load")
                    .mayNotBeAccessedByAnyLayer()
                    .whereLayer("scenario")
                    .mayOnlyBeAccessedByLayers("load")
                    .whereLayer("history")
                    .mayOnlyBeAccessedByLayers("load")
                    .whereLayer("rig")
                    .mayOnlyBeAccessedByLayers("load", "scenario", "history")
                    .whereLayer("fleet")
                    .mayOnlyBeAccessedByLayers("scenario")
                    .whereLayer("client")
                    .mayOnlyBeAccessedByLayers("scenario", "history", "rig", "fleet");
}
