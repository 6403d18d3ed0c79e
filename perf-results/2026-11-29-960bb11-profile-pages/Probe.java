package dev.weft.bench.history;
import dev.weft.bench.client.PlainLink;
import java.net.*;
import java.util.*;
import org.HdrHistogram.Histogram;
public final class Probe {
  public static void main(String[] a) throws Exception {
    int port=Integer.parseInt(a[0]); String what=a[1];
    InetSocketAddress at=new InetSocketAddress(InetAddress.getLoopbackAddress(),port);
    if(what.equals("fill")){
      int n=Integer.parseInt(a[2]);
      for(int i=0;i<n;i+=10000){ try(PlainLink l=new PlainLink(at,Arrivals.request(port,i+1,10000))){ l.send(); l.await(0);} }
      return;
    }
    double secs=Double.parseDouble(a[3]); int arr=Integer.parseInt(a[2]);
    List<byte[]> req = what.equals("health") ? List.of(PageLink.request("/health","")) : what.equals("one") ? List.of(PageLink.request(PageQuery.ALL.path(0),"")) : PageQuery.mix().stream().map(q->PageLink.request(q.path(0),"")).toList();
    for(int r=0;r<3;r++){
      Arrivals ar= arr>0? new Arrivals(port,arr,20_000_001):null;
      try(OpenLoop loop=new OpenLoop(port,16)){
        loop.run(req,1000,1000,new Histogram(3));
        Histogram h=new Histogram(3);
        loop.run(req,1000,(long)(1000*secs),h);
        System.out.printf("%s arrivals %d: p50 %.0f p90 %.0f p99 %.0f p99.9 %.0f us %s%n",what,arr,h.getValueAtPercentile(50)/1e3,h.getValueAtPercentile(90)/1e3,h.getValueAtPercentile(99)/1e3,h.getValueAtPercentile(99.9)/1e3,loop.refusals());
      }
      if(ar!=null) ar.close();
    }
  }
}
