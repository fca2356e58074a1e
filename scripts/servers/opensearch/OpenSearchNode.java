import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.opensearch.common.settings.Settings;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;

/** One OpenSearch node from its published jars; the class path stands in for the distribution's module folders. */
public final class OpenSearchNode extends Node {
    OpenSearchNode(Path home) {
        super(
            InternalSettingsPreparer.prepareEnvironment(
                Settings.builder().put("path.home", home).build(), Map.of(), home.resolve("config"), () -> "node"),
            List.of(
                org.opensearch.transport.Netty4Plugin.class,
                org.opensearch.analysis.common.CommonAnalysisPlugin.class,
                org.opensearch.painless.PainlessPlugin.class,
                org.opensearch.index.reindex.ReindexPlugin.class,
                org.opensearch.index.mapper.MapperExtrasPlugin.class),
            true);
    }

    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]);
        OpenSearchNode node = new OpenSearchNode(home);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                node.close();
            } catch (Exception failure) {
                failure.printStackTrace();
            }
        }));
        node.start();
        node.client().admin().cluster().prepareHealth().setWaitForYellowStatus().setTimeout("60s").get();
        Files.writeString(home.resolve("node.ready"), ProcessHandle.current().pid() + "\n");
        new CountDownLatch(1).await();
    }
}
